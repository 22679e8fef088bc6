"""Markdown as a Slack message: the `markdown` block, and a short text for notifications and screen readers. Pure."""

from __future__ import annotations

import re
from typing import Any

from bridge import Part

_BREAK = "\u200b"
"""Zero width space: invisible, and no mention continues over it."""

_ENTITY = re.compile(
    r"(<|&lt;|&#0*60;|&#[xX]0*3[cC];)(?=\\*(?:@[UWB][A-Z0-9]|!(?i:here|channel|everyone|group|subteam)))"
)
_AT = re.compile(r"(?<![\w.])@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)

FALLBACK = 600
"""Characters of the short text; escaping makes it at most five times longer, below the 4,000 of chat.update."""


def harmless(text: str) -> str:
    """The text in which nothing notifies anybody: `<@U…>`, `<!here>`, `@channel` and the like are broken up."""
    return _AT.sub("@" + _BREAK, _ENTITY.sub(r"\1" + _BREAK, text))


def body(part: Part) -> dict[str, Any]:
    """The text and blocks of a call. Slack: chat.postMessage; markdown block."""
    text = harmless(part.text)
    return {"text": _fallback(text), "blocks": [{"type": "markdown", "text": text}]}


def _fallback(text: str) -> str:
    short = text if len(text) <= FALLBACK else text[:FALLBACK].rsplit(None, 1)[0] + " …"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
