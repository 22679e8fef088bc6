"""Slack's mrkdwn, as people send it, to Markdown. Pure. Slack: Formatting text for app surfaces."""

from __future__ import annotations

import re
from collections.abc import Mapping

_CODE = r"```.*?```|`[^`\n]+`"
_ENTITY = r"<[^<>\n]+>"
_HELD = re.compile(f"{_CODE}|{_ENTITY}", re.DOTALL)
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])")
_STRIKE = re.compile(r"(?<![\w~])~(?=\S)([^~\n]+)(?<=\S)~(?![\w~])")
_MENTIONED = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_PLACE = "\ue000"
"""Stands for one held piece while the rest is formatted; a private character that no text carries on purpose."""


def mentioned(raw: str) -> set[str]:
    """The ids of all users whom a text mentions."""
    return set(_MENTIONED.findall(raw))


def without_address(raw: str, bot: str) -> str:
    """The text without the first mention of the bot, the one that addressed it."""
    mention = rf"<@{re.escape(bot)}(?:\|[^<>]*)?>"
    leading = re.match(rf"\s*{mention}[\s:,]*", raw)
    return raw[leading.end() :] if leading else re.sub(rf"[ \t]*{mention}", "", raw, count=1)


def to_markdown(raw: str, names: Mapping[str, str]) -> str:
    """Entities become names and links, `*bold*` and `~strike~` Markdown's; code stays as it is.

    `names` maps ids of users to names; who is not in it keeps the id.
    """
    held: list[str] = []

    def hold(piece: re.Match[str]) -> str:
        text = piece[0]
        held.append(unescape(text) if text.startswith("`") else _entity(text[1:-1], names))
        return _PLACE

    text = _HELD.sub(hold, raw.replace(_PLACE, ""))
    text = unescape(_STRIKE.sub(r"~~\1~~", _BOLD.sub(r"**\1**", text)))
    pieces = text.split(_PLACE)
    return "".join(piece + kept for piece, kept in zip(pieces, [*held, ""], strict=True)).strip()


def unescape(text: str) -> str:
    """Slack escapes exactly these three characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _entity(content: str, names: Mapping[str, str]) -> str:
    """What stands between `<` and `>`."""
    target, _, label = content.partition("|")
    label = unescape(label)
    match target[:1]:
        case "@":
            return "@" + (names.get(target[1:]) or label or target[1:])
        case "#":
            return "#" + (label or target[1:])
        case "!":
            return label or "@" + target[1:].partition("^")[0]
    url = unescape(target)
    if not label or url.endswith(label):
        return url.removeprefix("mailto:")
    return f"[{label}]({url})"
