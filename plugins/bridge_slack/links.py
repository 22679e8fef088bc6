"""Links to messages, as Slack's "Copy link" makes them."""

from __future__ import annotations

import re

from bridge import ChannelId, MessageId

_LINK = re.compile(
    r"https://[\w.-]+\.slack\.com/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d+)(?P<micros>\d{6})(?:\?.*)?"
)


def message_of(link: str) -> tuple[ChannelId | None, MessageId] | None:
    """The channel and message that a link names; None when it is no link to a message in Slack."""
    found = _LINK.fullmatch(link.strip())
    if found is None:
        return None
    return ChannelId(found["channel"]), MessageId(f"{found['seconds']}.{found['micros']}")
