"""On which line of a TOML text each key stands. tomllib reads the values; this only finds them again.

The text must be one that tomllib accepts: the scanner trusts its grammar and checks nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Keys = tuple[str | int, ...]
"""The way to a value: names of tables and keys, and indices (from 0) of arrays."""

_SPACE = re.compile(r"[ \t]*")
_VOID = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r'[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|\'[^\']*\'')
_STRING = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"{3,5}'  # up to two quotes may stand right before the closing three
    r"|'''[\s\S]*?'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def positions(text: str) -> Mapping[Keys, int]:
    """The line, from 1, of every table, key and array element; of an array of tables also of each table in it."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted_to = 0
        self._lines: dict[Keys, int] = {}
        self._arrays: dict[Keys, int] = {}
        """How many tables each array of tables has so far."""

    def scan(self) -> Mapping[Keys, int]:
        table: Keys = ()
        self._skip(_VOID)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_VOID)
        return self._lines

    def _header(self) -> Keys:
        opening = "[[" if self._text.startswith("[[", self._at) else "["
        line = self._here()
        self._at += len(opening)
        names = self._names()
        self._at += len(opening)
        parent = self._record((), names[:-1], line)
        keys = (*parent, names[-1])
        if opening == "[[":
            index = self._arrays.get(keys, 0)
            self._arrays[keys] = index + 1
            self._lines.setdefault(keys, line)
            keys = (*keys, index)
        self._lines[keys] = line
        return keys

    def _pair(self, table: Keys) -> None:
        line = self._here()
        names = self._names()
        keys = (*self._record(table, names[:-1], line), names[-1])
        self._lines[keys] = line
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(keys)

    def _names(self) -> list[str]:
        """A dotted key, and the space around it."""
        names = []
        while True:
            self._skip(_SPACE)
            name = self._take(_KEY)
            names.append(str(tomllib.loads(f"key = {name}")["key"]) if name[0] in "\"'" else name)
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return names
            self._at += 1

    def _record(self, table: Keys, names: list[str], line: int) -> Keys:
        """Note the tables that a dotted key passes; the last table of an array stands for the array."""
        keys = table
        for name in names:
            keys = (*keys, name)
            self._lines.setdefault(keys, line)
            if keys in self._arrays:
                keys = (*keys, self._arrays[keys] - 1)
        return keys

    def _value(self, keys: Keys) -> None:
        match self._text[self._at]:
            case "[":
                self._array(keys)
            case "{":
                self._inline_table(keys)
            case '"' | "'":
                self._take(_STRING)
            case _:
                self._take(_SCALAR)

    def _array(self, keys: Keys) -> None:
        self._at += 1
        index = 0
        self._skip(_VOID)
        while self._text[self._at] != "]":
            self._lines[(*keys, index)] = self._here()
            self._value((*keys, index))
            index += 1
            self._separator()
        self._at += 1

    def _inline_table(self, keys: Keys) -> None:
        self._at += 1
        self._skip(_VOID)
        while self._text[self._at] != "}":
            self._pair(keys)
            self._separator()
        self._at += 1

    def _separator(self) -> None:
        self._skip(_VOID)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_VOID)

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._line

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError(f"not TOML, at character {self._at}")
        self._at = match.end()
        return match.group()
