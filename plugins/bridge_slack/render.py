"""Markdown as a Slack message: the `markdown` block, and a short text for notifications and screen readers. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from bridge import Part

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

FALLBACK = 600
"""Characters of the short text; escaping makes it at most five times longer, below the 4,000 of chat.update."""


def harmless(text: str) -> str:
    """The text in which nothing notifies anybody: `<@U…>`, `<!here>`, `@channel` and the like are broken up."""
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


def body(part: Part) -> dict[str, Any]:
    """The text and blocks of a call. Slack: chat.postMessage; markdown block."""
    text = harmless(part.text)
    return {"text": _fallback(text), "blocks": [{"type": "markdown", "text": text}]}


def _fallback(text: str) -> str:
    short = text if len(text) <= FALLBACK else text[:FALLBACK].rsplit(None, 1)[0] + " …"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
