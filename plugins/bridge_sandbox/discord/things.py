"""What a fake Discord is made of: users, channels and messages."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, IntFlag
from typing import Any

EPOCH = 1_420_070_400_000
"""Discord's first millisecond (Discord: API reference, Snowflakes)."""


class ChannelType(IntEnum):
    """Discord: Channel Types."""

    TEXT = 0
    DM = 1
    VOICE = 2
    ANNOUNCEMENT = 5
    PUBLIC_THREAD = 11
    FORUM = 15


class MessageType(IntEnum):
    """Discord: Message Types."""

    DEFAULT = 0
    PIN_ADDED = 6
    MEMBER_JOINED = 7
    THREAD_CREATED = 18
    REPLY = 19
    THREAD_STARTER = 21


class Permission(IntFlag):
    """What the bot may be denied (Discord: Permissions)."""

    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    ADD_REACTIONS = 1 << 6
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


class Intent(IntFlag):
    """What a client asks the gateway for (Discord: Gateway Intents)."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15


ALL_INTENTS = (1 << 26) - 1
GRANTED = Permission(sum(Permission))
NOTHING = Permission(0)


class Snowflakes:
    """Ids that carry their time and never repeat."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """A new id, greater than every one before."""
        self._last = max(self._last + 1, int(time.time() * 1000) - EPOCH << 22)
        return str(self._last)


def time_of(snowflake: str) -> datetime:
    """When a snowflake was made."""
    return datetime.fromtimestamp(((int(snowflake) >> 22) + EPOCH) / 1000, UTC)


@dataclass(slots=True)
class User:
    """An account; `name` is also its display name."""

    id: str
    name: str
    bot: bool = False
    takes_direct: bool = True
    """False for who does not let the bot write to them (Discord: error 50007)."""


@dataclass(slots=True)
class Channel:
    """A channel, a DM or a thread. `guild` is empty for a DM; `owner` opened a thread."""

    id: str
    type: ChannelType
    name: str
    guild: str = ""
    parent: str | None = None
    owner: str = ""
    recipient: User | None = None
    archived: bool = False
    locked: bool = False
    denied: Permission = NOTHING
    """What the bot may not do here, besides what it may not do anywhere."""
    messages: list[Posted] = field(default_factory=list)

    @property
    def thread(self) -> bool:
        """True for a thread, also one that is a forum post."""
        return self.type is ChannelType.PUBLIC_THREAD

    def message(self, message_id: str) -> Posted | None:
        """A message that is still there."""
        return next((m for m in self.messages if m.id == message_id and not m.deleted), None)


@dataclass(slots=True)
class Posted:
    """A message."""

    id: str
    channel: Channel
    author: User
    content: str
    type: MessageType = MessageType.DEFAULT
    nonce: str | None = None
    reply_to: str | None = None
    pings: bool = True
    """Whether mentions in it mention; False with empty `allowed_mentions`."""
    edited_at: datetime | None = None
    edits: int = 0
    deleted: bool = False
    thread: Channel | None = None
    webhook: str | None = None
    flags: int = 0
    attachments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """When it was posted."""
        return time_of(self.id)
