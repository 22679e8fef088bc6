"""What the lines of a Markdown text are, as far as cutting it into messages needs to know. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

_FENCE = re.compile(r"(?P<lead>(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*[ \t]*)(?P<mark>`{3,}|~{3,})(?P<info>.*)")
_DELIMITER = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_HEADING = re.compile(r" {0,3}#{1,6}\s")
_LONGEST = 16
"""Characters of a fence's mark, or of what stands before it, that are repeated in each message."""
_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")


class Kind(Enum):
    """What a line is."""

    TEXT = auto()
    HEADING = auto()
    BLANK = auto()
    OPENING = auto()
    CODE = auto()
    CLOSING = auto()
    HEADER = auto()
    """The first line of a table."""
    DELIMITER = auto()
    ROW = auto()


@dataclass(frozen=True, slots=True)
class Fence:
    """The opening of a fenced code block. CommonMark: fenced code blocks."""

    lead: str
    """What stands before the mark: indentation and the marks of block quotes."""
    mark: str
    language: str

    @classmethod
    def opened_by(cls, line: str) -> Fence | None:
        """The fence that a line outside of any fence opens."""
        found = _FENCE.fullmatch(line)
        if found is None or len(found["mark"]) > _LONGEST or (found["mark"][0] == "`" and "`" in found["info"]):
            return None
        language = _LANGUAGE.match(found["info"].strip())
        lead = re.sub(r"[^\s>]", " ", found["lead"])
        return cls(lead if len(lead) <= _LONGEST else "", found["mark"], language[0] if language else "")

    def closed_by(self, line: str) -> bool:
        """Whether a line inside the block ends it."""
        bare = line.lstrip(" \t>").rstrip()
        return len(bare) >= len(self.mark) and not bare.strip(self.mark[0])

    @property
    def reopened(self) -> str:
        """What a message begins with that goes on inside the block."""
        return f"{self.lead}{self.mark}{self.language}\n"

    @property
    def closing(self) -> str:
        """What a message ends with that ends inside the block."""
        return f"\n{self.lead}{self.mark}"


@dataclass(frozen=True, slots=True)
class Context:
    """What a place in the text stands in."""

    fence: Fence | None = None
    header: str = ""
    """The first lines of the table, at most two, each with its line break."""


@dataclass(frozen=True, slots=True)
class Line:
    """`text[start:end]`, without its line break; `before` and `after` are the contexts of its ends."""

    start: int
    end: int
    kind: Kind
    before: Context
    after: Context


def lines(text: str, start: int, context: Context) -> Iterator[Line]:
    """The lines of `text[start:]`, of which the first stands in `context`."""
    while start < len(text):
        end = line_end(text, start)
        kind, after = _read(text, start, end, context)
        yield Line(start, end, kind, context, after)
        start, context = end + 1, after


def _read(text: str, start: int, end: int, context: Context) -> tuple[Kind, Context]:
    line = text[start:end]
    if context.fence is not None:
        return (Kind.CLOSING, Context()) if context.fence.closed_by(line) else (Kind.CODE, context)
    if not line.strip():
        return Kind.BLANK, Context()
    if (fence := Fence.opened_by(line)) is not None:
        return Kind.OPENING, Context(fence)
    if "|" in line and (row := _read_row(text, line, end, context.header)) is not None:
        return row
    return (Kind.HEADING if _HEADING.match(line) else Kind.TEXT), Context()


def _read_row(text: str, line: str, end: int, header: str) -> tuple[Kind, Context] | None:
    """What a line with a `|` is in a table, if it is in one. GitHub Flavored Markdown: tables."""
    if header.count("\n") == 1:
        return Kind.DELIMITER, Context(header=f"{header}{line}\n")
    if header:
        return Kind.ROW, Context(header=header)
    following = text[end + 1 : line_end(text, end + 1)]
    if "|" in following and _DELIMITER.fullmatch(following):
        return Kind.HEADER, Context(header=f"{line}\n")
    return None


def line_end(text: str, start: int) -> int:
    """Where the line that holds `start` ends."""
    end = text.find("\n", start)
    return len(text) if end < 0 else end
