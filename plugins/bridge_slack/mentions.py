"""Nothing that a chatbot writes notifies anybody: `<@U…>`, `<!here>`, `@channel` and the like are broken up. Pure."""

from __future__ import annotations

import re
from itertools import pairwise

_BREAK = "\u200b"
"""Zero width space: invisible, and no mention continues over it."""

_ENTITY = re.compile(
    r"(<|&lt;|&#0*60;|&#[xX]0*3[cC];)(?=\\*(?:@[UWB][A-Z0-9]|!(?i:here|channel|everyone|group|subteam)))"
)
_AT = re.compile(r"(?<![\w.])(@)(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)

_UNDECIDED = re.compile(r"(?:<|&(?:l(?:t;?)?|#[0-9xXcC]*;?)?)\\*(?:@[UWB]?|![a-zA-Z]{0,8})?$|@[a-zA-Z]{0,8}$")
"""A tail that may become something that notifies, or no longer be it, with what comes next."""
_WORD = re.compile(r"(?<=\s)\S{1,24}$")
"""A last word, of which more may come."""


def harmless(text: str) -> str:
    """The text in which nothing notifies anybody."""
    return _AT.sub("@" + _BREAK, _ENTITY.sub(r"\1" + _BREAK, text))


def settled(text: str) -> str:
    """As much of the harmless text as stays what it is whatever comes after it, and is not followed by white space.

    The text of any beginning is the beginning of the text.
    """
    text = text.rstrip()
    end = max(0, len(text) - 1)
    for pattern in (_WORD, _UNDECIDED):
        if found := pattern.search(text):
            end = min(end, found.start())
    breaks = sorted(found.end(1) for pattern in (_ENTITY, _AT) for found in pattern.finditer(text))
    places = [0, *(at for at in breaks if at < end), end]
    return _BREAK.join(text[first:last] for first, last in pairwise(places))
