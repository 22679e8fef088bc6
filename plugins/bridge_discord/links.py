"""Links to messages, as Discord's "Copy Message Link" makes them."""

from __future__ import annotations

import re

from bridge import ChannelId, MessageId
from bridge_discord.ids import message_id

_LINK = re.compile(
    r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/channels/(?:\d+|@me)/(?P<room>\d+)/(?P<message>\d+)/?(?:\?.*)?"
)


def message_of(link: str) -> tuple[ChannelId | None, MessageId] | None:
    """The message that a link names; None when it is no link to a message in Discord."""
    found = _LINK.fullmatch(link.strip())
    return None if found is None else (None, message_id(found["room"], found["message"]))
