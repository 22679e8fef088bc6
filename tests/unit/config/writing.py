"""Any data, written as TOML in any of the ways that TOML has."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from typing import Any

from hypothesis import strategies as st

from bridge.config.positions import Keys

KEYS = st.text(alphabet="ab-_ .\"'#=[]\\é1", max_size=4)
TEXTS = st.text(alphabet="ab\"'\\#,]}\n\té", max_size=6)
SCALARS = st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.dates() | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)
TABLES = st.recursive(
    st.dictionaries(KEYS, VALUES, max_size=3),
    lambda inner: st.dictionaries(KEYS, VALUES | inner | st.lists(inner, min_size=1, max_size=3), max_size=3),
    max_leaves=6,
)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class Writer:
    """Writes data as TOML in one of the many ways that TOML has, and notes the line of each key."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self.text = ""
        self.lines: dict[Keys, int] = {}

    def table(self, table: dict[str, Any], keys: Keys = (), header: tuple[str, ...] = ()) -> None:
        later = []
        for key, value in table.items():
            nested = isinstance(value, dict) or (
                isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
            )
            if nested and self._either("a table", "inline") == "a table":
                later.append((key, value))
                continue
            self._filler()
            self._note((*keys, key))
            self.text += f"{self._key(key)} = "
            self._value(value, (*keys, key))
            self._end()
        for key, value in later:
            self._tables(value, (*keys, key), (*header, key))

    def _tables(self, value: Any, keys: Keys, header: tuple[str, ...]) -> None:
        name = " . ".join(self._key(part) for part in header)
        for index, table in enumerate(value if isinstance(value, list) else [value]):
            self._filler()
            many = isinstance(value, list)
            self._note(keys) if not index else None
            self._note((*keys, index)) if many else None
            self.text += f"[[{name}]]" if many else f"[ {name}]"
            self._end()
            self.table(table, (*keys, index) if many else keys, header)

    def _value(self, value: Any, keys: Keys) -> None:
        match value:
            case bool():
                self.text += "true" if value else "false"
            case date():
                self.text += value.isoformat()
            case str():
                self._string(value)
            case list():
                self._array(value, keys)
            case dict():
                self._inline(value, keys)
            case _:
                self.text += repr(value)

    def _string(self, value: str) -> None:
        ways = [quoted(value), '"""\n' + value.replace("\\", "\\\\").replace('"""', '""\\"') + '"""']
        if not value.endswith(("'", '"')) and "'''" not in value:
            ways.append(f"'''\n{value}'''")
        if "'" not in value and "\n" not in value:
            ways.append(f"'{value}'")
        if tomllib.loads(f"a = {ways[1]}")["a"] != value:
            del ways[1]
        self.text += self._either(*ways)

    def _array(self, values: list[Any], keys: Keys) -> None:
        self.text += "["
        for index, value in enumerate(values):
            self.text += self._either("", "\n", " # ] , }\n")
            self._note((*keys, index))
            self._value(value, (*keys, index))
            self.text += self._either("", "\n ") + ("," if index + 1 < len(values) else self._either("", ", "))
        self.text += self._either("", "\n") + "]"

    def _inline(self, table: dict[str, Any], keys: Keys) -> None:
        self.text += "{ "
        for number, (key, value) in enumerate(table.items()):
            self.text += ", " if number else ""
            self._note((*keys, key))
            self.text += f"{self._key(key)}= "
            self._value(value, (*keys, key))
        self.text += " }"

    def _key(self, key: str) -> str:
        ways = [quoted(key)]
        if "'" not in key:
            ways.append(f"'{key}'")
        if key and all(letter in "ab-_1" for letter in key):
            ways.append(key)
        return self._either(*ways)

    def _filler(self) -> None:
        self.text += self._either("", "\n", "  ", "# [a]\n", "\r\n")

    def _end(self) -> None:
        self.text += self._either("\n", " # [b] = 1\n", "\r\n")

    def _note(self, keys: Keys) -> None:
        self.lines[keys] = self.text.count("\n") + 1

    def _either(self, *ways: str) -> str:
        return self._data.draw(st.sampled_from(ways))
