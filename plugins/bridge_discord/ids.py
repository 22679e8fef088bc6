"""How Discord's ids become the ids of bridge.

A message id alone is not enough to edit a message: the call needs the channel too. So every message id that leaves
this plugin, in `Message.id`, `Message.reply_to` and `MessageRef.id` alike, is written "CHANNEL:MESSAGE", where CHANNEL
is the room the message really is in: a channel, a thread or a DM. A thread's id is the plain snowflake of the thread,
which for a thread opened on a message is the snowflake of that message (Discord: Start Thread from Message). A
conversation that lives in a channel as a chain of replies has the snowflake of its question, a DM that of its channel.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bridge import MessageId

EPOCH_MS = 1_420_070_400_000
"""Discord: API reference, Snowflakes."""


def message_id(channel: str, message: str) -> MessageId:
    """The id of a message in a channel, thread or DM."""
    return MessageId(f"{channel}:{message}")


def split(message: MessageId) -> tuple[str, str]:
    """The channel and the snowflake of a message. Raises ValueError when it is no id of this plugin's."""
    channel, _, snowflake = message.partition(":")
    if not (channel.isdecimal() and snowflake.isdecimal()):
        raise ValueError(f"not a Discord message id: {message!r} (CHANNEL:MESSAGE is expected)")
    return channel, snowflake


def snowflake_at(moment: datetime) -> str:
    """The least snowflake that can have been made at this moment; it serves as an `after` of none earlier."""
    return str(max(0, int(moment.timestamp() * 1000) - EPOCH_MS) << 22)


def time_of(snowflake: str) -> datetime:
    """When a snowflake was made."""
    return datetime.fromtimestamp(((int(snowflake) >> 22) + EPOCH_MS) / 1000, UTC)
