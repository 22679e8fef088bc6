"""How the end of a text that is still being written is shown: nothing half typed, nothing left open. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.reply.lines import Kind, Line

_SPECIAL = re.compile(r"[\\`\[\]*_~]")
_WORD = re.compile(r"\S")
_RUN = re.compile(r"(.)\1*", re.DOTALL)
_BEGINS_BLOCK = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]*>")
_LONGEST = 300
"""Characters of a link that may be held back; longer than that it is none."""
_LONGEST_TARGET = 2000
_MOST_OPEN = 20
"""Marks that are closed; a text with more of them open is not emphasis but something else."""
_INLINE = {Kind.TEXT, Kind.HEADING, Kind.ROW, Kind.HEADER}


@dataclass(slots=True)
class _Open:
    """A run of `*`, `_` or `~~` that nothing has closed yet; `count` of its characters are left."""

    mark: str
    count: int
    start: int
    inside: int


def settle(text: str, lines: Sequence[Line], end: int) -> tuple[int, str]:
    """Up to where `text[:end]` is shown for now, and what closes what is open there.

    `lines` are those of the text up to `end`, the last one unfinished. A link, the row of a table or a mark at the
    very end is held back until it is whole; emphasis and code with something in them are closed.
    """
    kept = [line for line in lines if line.start < end]
    while kept and _is_row(text, kept[-1], end):
        end = kept.pop().start
    if not kept or kept[-1].kind not in _INLINE:
        return end, ""
    first = len(kept) - 1
    while first > 0 and kept[first - 1].kind is Kind.TEXT and not _BEGINS_BLOCK.match(text, kept[first].start):
        first -= 1
    return _close(text, kept[first].start, end)


def _is_row(text: str, line: Line, end: int) -> bool:
    """Whether a line at the end is a row that may not be whole, or the header of a table that is none yet."""
    if not text[line.start : end].lstrip().startswith("|"):
        return False
    return line.end >= end or line.kind in {Kind.TEXT, Kind.HEADER}


def _close(text: str, start: int, end: int) -> tuple[int, str]:
    stack: list[_Open] = []
    brackets: list[int] = []
    at = start
    while (found := _SPECIAL.search(text, at, end)) is not None:
        at = found.start()
        char = text[at]
        if char == "\\":
            at += 2
        elif char == "`":
            run = _run(text, at, end)
            closing = _closing(text, at + len(run), end, run)
            if closing < 0:
                return _closed(text, at, end, stack, code=run)
            at = closing
        elif char == "[":
            brackets.append(at - 1 if at > start and text[at - 1] == "!" else at)
            at += 1
        elif char == "]":
            opened = brackets.pop() if brackets else None
            at += 1
            if at == end or (opened is not None and text.startswith("(", at)):
                target = text.find(")", at, min(end, at + _LONGEST_TARGET))
                if target < 0 and opened is not None and end - opened < _LONGEST:
                    return _closed(text, opened, opened, stack)
                at = max(at, target + 1)
        else:
            at = _emphasis(text, start, at, end, stack)
    if brackets and end - brackets[0] < _LONGEST and "\n" not in text[brackets[0] : end]:
        return _closed(text, brackets[0], brackets[0], stack)
    return _closed(text, end, end, stack)


def _closed(text: str, at: int, end: int, stack: list[_Open], *, code: str = "") -> tuple[int, str]:
    """End the text at `end`, or at `at` when there is nothing after a mark there, and close what is open."""
    if len(stack) > _MOST_OPEN:
        stack = []
    suffix = ""
    if code:
        inside = text[at + len(code) : end].rstrip("` \t\r\n")
        end, suffix = (at + len(code) + len(inside), code) if inside else (at, "")
    for opened in reversed(stack):
        if opened.start >= end or _WORD.search(text, opened.inside, end) is None:
            end, suffix = min(end, opened.start), ""
        else:
            suffix += opened.mark * opened.count
    while end > 0 and suffix and text[end - 1].isspace():
        end -= 1
    return end, suffix


def _emphasis(text: str, start: int, at: int, end: int, stack: list[_Open]) -> int:
    """Take a run of `*`, `_` or `~`: it closes what is open, or opens. CommonMark: left- and right-flanking runs."""
    run = _run(text, at, end)
    mark, count, after = run[0], len(run), at + len(run)
    before = text[at - 1] if at > start else " "
    following = text[after] if after < end else ""
    if mark == "~" and count != 2:
        return after
    closes = not before.isspace() and (mark == "*" or not following.isalnum())
    while closes and count and stack and any(opened.mark == mark for opened in stack):
        opened = stack[-1]
        if opened.mark != mark:
            stack.pop()
            continue
        used = min(opened.count, count)
        opened.count -= used
        count -= used
        if not opened.count:
            stack.pop()
    if count and not following.isspace() and not before.isalnum():
        stack.append(_Open(mark, count, at, after))
    return after


def _run(text: str, at: int, end: int) -> str:
    found = _RUN.match(text, at, end)
    return found[0] if found is not None else ""


def _closing(text: str, at: int, end: int, run: str) -> int:
    """Behind the run of backticks that closes a code span; -1 when there is none."""
    while (at := text.find("`", at, end)) >= 0:
        found = _run(text, at, end)
        at += len(found)
        if len(found) == len(run):
            return at
    return -1
