"""A text from one place on, as a message that begins there shows it. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from bridge.reply.lines import Context, Kind, Line, line_end, lines
from bridge.reply.tail import settle

_BLANK = re.compile(r"(?:[^\S\n]*\n)*")
_SPACES = re.compile(r"[^\S\n]*")
_WHITE = re.compile(r"\s*")
_ITEM = re.compile(r"[ \t]+(?=(?:[-*+]|\d{1,9}[.)])[ \t])")
_QUOTE = re.compile(r" {0,3}(?:> ?){1,6}")
_MARKS = re.compile(r"[ \t>]*(?:`+|~+)[ \t]*")


class Stretch:
    """`text[start:]`, whose first place stands in `context`: a fence that is open there is opened again, the header
    of a table is repeated, and blank lines and the indentation of a list are left out.

    A `literal` stretch repeats nothing and takes fences and tables for plain text.
    """

    def __init__(self, text: str, start: int = 0, context: Context | None = None, *, literal: bool = False) -> None:
        self.text = text
        self.start, self._context, self._prefix = self._begin(start, context or Context())
        self._lines: list[Line] = []
        self._starts: list[int] = []
        self._unread = self._literal_line() if literal else lines(text, self.start, self._context)

    def literal(self) -> Stretch:
        """The same stretch as plain text, for when what would be repeated leaves no room."""
        return Stretch(self.text, _skip(_WHITE, self.text, self.start), literal=True)

    def lines(self, stop: int) -> Sequence[Line]:
        """The lines up to and with the one that holds `stop`."""
        while not self._lines or self._lines[-1].end < stop:
            line = next(self._unread, None)
            if line is None:
                break
            self._lines.append(line)
            self._starts.append(line.start)
        return self._lines[: bisect_right(self._starts, stop)]

    def shown(self, end: int, *, final: bool = True, closed: bool = True) -> str:
        """The message that shows the text up to `end`; empty when that would show nothing.

        Unless `closed`, what is open at its end stays open, so that a later text begins with it.
        """
        closing = ""
        if not final:
            end = self._steady(end)
            end, closing = settle(self.text, self.lines(end), end)
        body = self.text[self.start : end].rstrip()
        if not body.strip():
            return ""
        if not closed:
            return self._prefix + body
        fence = self.context_at(end).fence
        return f"{self._prefix}{body}{closing if fence is None else fence.closing}"

    def context_at(self, offset: int) -> Context:
        """What a place behind the start stands in."""
        known = self.lines(offset)
        if not known:
            return self._context
        line = known[-1]
        if offset == line.start:
            return line.before
        return line.after if offset >= line.end or line.kind is Kind.OPENING else line.before

    def _begin(self, start: int, context: Context) -> tuple[int, Context, str]:
        """The first place that is shown, what it stands in, and what is repeated before it."""
        text, fence = self.text, context.fence
        if start > 0 and text[start - 1] != "\n":
            start = _skip(_SPACES, text, start)
            if fence is not None:
                return start, context, fence.reopened + fence.lead
            if (quote := _QUOTE.match(text, text.rfind("\n", 0, start) + 1)) and quote.end() < start < len(text):
                return start, context, quote[0]
        elif fence is not None:
            start = _skip(_BLANK, text, start)
            end = line_end(text, start)
            if not fence.closed_by(text[start:end]):
                return start, context, fence.reopened
            start, context = end + 1, Context()
        elif context.header.count("\n") == 2 and "|" in text[start : line_end(text, start)]:
            return start, context, context.header
        return _skip(_ITEM, text, _skip(_BLANK, text, start)), context, ""

    def _literal_line(self) -> Iterator[Line]:
        yield Line(self.start, len(self.text), Kind.TEXT, Context(), Context())

    def _steady(self, end: int) -> int:
        """Where the text ends without a fence that may still grow, or has nothing in it yet."""
        known = list(self.lines(end))
        while known and known[-1].kind is Kind.CODE and not self.text[known[-1].start : end].strip():
            end = known.pop().start
        if known:
            last = known[-1]
            mark = last.kind is not Kind.CLOSING and _MARKS.fullmatch(self.text, last.start, end)
            if mark or last.kind is Kind.OPENING:
                return last.start
        return end


def _skip(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found is not None else start
