"""How wide a text is in a fixed-width font."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_AS_EMOJI = "\ufe0f"
_SKIN = range(0x1F3FB, 0x1F400)
_FLAG = range(0x1F1E6, 0x1F200)
_WIDE = frozenset("WF")
_NOTHING = frozenset(("Mn", "Me", "Cf", "Cc"))


def display_width(text: str) -> int:
    """The columns that one line of text takes: two for East Asian wide characters and for emoji, however many code
    points one emoji is joined of; none for what combines with the character before it. Unicode: UAX #11, UTS #51."""
    if text.isascii():
        return len(text)
    width, before, joined, half_flag = 0, 0, False, False
    for char in text:
        code = ord(char)
        if char == _JOINER:
            joined = before == 2
            continue
        if char == _AS_EMOJI:
            width, before = width + (before == 1), 2 if before else 0
            continue
        if (joined and _columns(char) == 2) or (code in _SKIN and before == 2):
            joined = False
            continue
        joined = False
        if code in _FLAG:
            half_flag = not half_flag
            columns = 2 if half_flag else 0
        else:
            columns, half_flag = _columns(char), False
        width += columns
        before = columns or before
    return width


def _columns(char: str) -> int:
    if unicodedata.category(char) in _NOTHING:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1
