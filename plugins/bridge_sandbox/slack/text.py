"""Text as people type and see it, and as Slack writes it on the wire."""

from __future__ import annotations

import re
from typing import Any

from bridge_sandbox.slack.blocks import as_markdown, texts
from bridge_sandbox.slack.workspace import Posted, Workspace

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_CHANNEL = re.compile(r"<#(C[A-Z0-9]+)(?:\|([^<>]*))?>")
_BROADCAST = re.compile(r"<!(here|channel|everyone)(?:\|[^<>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto):[^<>|]+)(?:\|([^<>]*))?>")


def escape(text: str) -> str:
    """Slack: formatting text for app surfaces; only these three are escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The reverse of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def typed(text: str, workspace: Workspace) -> str:
    """What Slack's client sends for what a person typed: `@name`, `#name`, `@here` and links become entities."""
    raw = escape(text)
    raw = re.sub(r"(?<![\w/])@(here|channel|everyone)\b", r"<!\1>", raw)
    for person in workspace.people.values():
        raw = re.sub(rf"(?<![\w/<])@{re.escape(person.name)}\b", f"<@{person.id}>", raw)
    for channel in workspace.conversations.values():
        if channel.direct_with is None:
            raw = re.sub(rf"(?<![\w/<&])#{re.escape(channel.name)}(?![\w-])", f"<#{channel.id}|{channel.name}>", raw)
    return re.sub(r"(?<![\w<|])https?://[^\s<>]+", lambda link: f"<{link[0]}>", raw)


def on_screen(message: Posted, workspace: Workspace) -> str:
    """The message as Slack's client shows it, as Markdown: the markdown blocks, else the text."""
    if shown := as_markdown(message.blocks):
        return _named(shown, workspace)
    return unescape(_named(message.raw, workspace))


def pings(message: Posted) -> list[str]:
    """Whom a message would notify: user ids, and `here`, `channel` or `everyone`. Blocks count as Slack parses them."""
    every = [message.raw, *(text for block in message.blocks for text in texts(block))]
    found = [hit for text in every for pattern in (_MENTION, _BROADCAST) for hit in pattern.findall(text)]
    return [str(hit) for hit in found]


def rich_text(raw: str) -> list[dict[str, Any]]:
    """The block in which Slack's client sends a person's message besides `text`."""
    elements: list[dict[str, Any]] = []
    end = 0
    for mention in _MENTION.finditer(raw):
        if mention.start() > end:
            elements.append({"type": "text", "text": unescape(raw[end : mention.start()])})
        elements.append({"type": "user", "user_id": mention[1]})
        end = mention.end()
    if end < len(raw):
        elements.append({"type": "text", "text": unescape(raw[end:])})
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]


def _named(text: str, workspace: Workspace) -> str:
    def person(hit: re.Match[str]) -> str:
        known = workspace.people.get(hit[1])
        return "@" + (known.name if known else hit[1])

    def channel(hit: re.Match[str]) -> str:
        known = workspace.conversations.get(hit[1])
        return "#" + (known.name if known else hit[2] or hit[1])

    text = _CHANNEL.sub(channel, _MENTION.sub(person, text))
    text = _BROADCAST.sub(r"@\1", text)
    return _LINK.sub(lambda hit: f"[{hit[2]}]({hit[1]})" if hit[2] else hit[1], text)
