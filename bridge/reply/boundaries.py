"""Where a Markdown text may be cut, best places first. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bridge.reply.lines import Kind, Line

_SENTENCE = re.compile(r"(?<!\d)[.!?…][\"')\]*_\u201d\u2019]*[ \t]+(?=\S)|[\u3002\uff01\uff1f]+")
_SPACE = re.compile(r"\s+(?=\S)")
_SPAN = re.compile(
    r"`[^`\n]+`"  # code
    r"|\[[^\[\]\n]*\]\([^()\n]*\)"  # a link
    r"|<[^<>\n]*>"  # a mention, or a link of Slack
    r"|(\*\*|__|~~)(?=\S)[^\n]{1,300}?\1"  # emphasis
)
_MENTION = re.compile(r"<[@#!:a-z][^<>\s]*>|@\w+|https?://\S+")
_LONGEST_SPAN = 300
"""Characters behind a possible cut in which the end of a link or a mention is looked for."""
_JOINER = "\u200d"
_EXTENDING = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u1160-\u11ff]")
"""Skin tones, the letters of a regional flag, and the vowels and finals of a Hangul syllable."""
_INSEPARABLE = {Kind.OPENING, Kind.CLOSING, Kind.HEADER, Kind.DELIMITER}


def boundaries(text: str, lines: Sequence[Line], limit: int) -> Iterator[int]:
    """Offsets behind the start of `lines` and up to `limit`, at which a part may end and the next begin, best first.

    Blocks, lines and sentences count when they fill a fair part of what there is room for; then the last word; then
    what lies inside links, emphasis and table rows; then, for a word longer than a part, any grapheme outside a
    mention; at last any character.
    """
    start = lines[0].start
    half = start + (limit - start) // 2
    third = start + (limit - start) // 3
    blocks, breaks, poor = _at_lines(lines, limit)
    yield from _from(half, blocks)
    yield from _from(third, sorted(blocks + breaks))
    loose = [line for line in lines if line.kind not in _INSEPARABLE]
    unbroken = _unbroken(text, loose, limit)
    sentences = _matches(_SENTENCE, text, [line for line in loose if line.kind is Kind.TEXT], limit)
    yield from _from(half, _outside(unbroken, sentences))
    words = _matches(_SPACE, text, loose, limit)
    yield from sorted({*_outside(unbroken, words), *blocks, *breaks}, reverse=True)
    yield from sorted({*words, *poor}, reverse=True)
    yield from _inside_words(text, start, limit)


def _from(floor: int, offsets: Sequence[int]) -> Iterator[int]:
    return (offset for offset in reversed(offsets) if offset >= floor)


def _at_lines(lines: Sequence[Line], limit: int) -> tuple[list[int], list[int], list[int]]:
    """The starts of lines: of blocks, of other lines, and those that should rather not be torn off."""
    blocks: list[int] = []
    breaks: list[int] = []
    poor: list[int] = []
    titled = False
    for before, line in pairwise(lines):
        titled = before.kind is Kind.HEADING or (titled and before.kind is Kind.BLANK)
        if line.start > limit:
            break
        if (
            before.kind in {Kind.OPENING, Kind.HEADER, Kind.DELIMITER}
            or line.kind in {Kind.CLOSING, Kind.DELIMITER}
            or titled
        ):
            poor.append(line.start)
        elif before.kind in {Kind.BLANK, Kind.CLOSING} or line.kind in {Kind.OPENING, Kind.HEADER, Kind.HEADING}:
            blocks.append(line.start)
        else:
            breaks.append(line.start)
    return blocks, breaks, poor


def _matches(pattern: re.Pattern[str], text: str, lines: Sequence[Line], limit: int) -> list[int]:
    """The ends of the matches inside the lines; a line's own indentation is none."""
    return [
        match.end()
        for line in lines
        for match in pattern.finditer(text, line.start, min(line.end, limit + 1))
        if match.start() > line.start and match.end() <= limit
    ]


def _unbroken(text: str, lines: Sequence[Line], limit: int) -> list[tuple[int, int]]:
    """What should stay in one piece: links, emphasis, code within a line, and the rows of a table."""
    spans = []
    for line in lines:
        if line.kind is Kind.ROW:
            spans.append((line.start, line.end))
        elif line.kind is not Kind.CODE:
            found = _SPAN.finditer(text, line.start, min(line.end, limit + _LONGEST_SPAN))
            spans += [match.span() for match in found]
    return spans


def _outside(spans: Sequence[tuple[int, int]], offsets: Sequence[int]) -> list[int]:
    """Those of the sorted offsets that lie inside none of the sorted spans."""
    outside = []
    covered = 0
    remaining = iter(spans)
    span = next(remaining, None)
    for offset in offsets:
        while span is not None and span[0] < offset:
            covered = max(covered, span[1])
            span = next(remaining, None)
        if offset >= covered:
            outside.append(offset)
    return outside


def _inside_words(text: str, start: int, limit: int) -> Iterator[int]:
    mentions = [match.span() for match in _MENTION.finditer(text, start, limit + _LONGEST_SPAN)]
    offsets = range(limit, start, -1)
    for offset in offsets:
        if not _joined(text, offset) and not any(first < offset < last for first, last in mentions):
            yield offset
    yield from (offset for offset in offsets if not _joined(text, offset))
    yield from offsets


def _joined(text: str, offset: int) -> bool:
    """Whether the characters beside `offset` look like one. Unicode: UAX #29, as far as Python's own tables reach."""
    if offset >= len(text):
        return False
    before, after = text[offset - 1], text[offset]
    if before + after == "\r\n" or _JOINER in (before, after) or _EXTENDING.match(after):
        return True
    if _is_flag(before) and _is_flag(after):
        first = offset
        while first > 0 and _is_flag(text[first - 1]):
            first -= 1
        return (offset - first) % 2 == 1
    return unicodedata.category(after) in {"Mn", "Me", "Mc"}


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
