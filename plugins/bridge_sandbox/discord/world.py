"""The server itself: who is there, what was said, and the rules that hold for everybody."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bridge_sandbox.discord.things import (
    GRANTED,
    NOTHING,
    Channel,
    ChannelType,
    MessageType,
    Permission,
    Posted,
    Snowflakes,
    User,
)


class Kind(StrEnum):
    """What happened."""

    POSTED = "posted"
    EDITED = "edited"
    DELETED = "deleted"
    CHANNEL = "channel"
    CHANNEL_CHANGED = "channel_changed"
    TYPING = "typing"


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened in a channel. `user` is set for TYPING."""

    kind: Kind
    channel: Channel
    message: Posted | None = None
    user: User | None = None


@dataclass(slots=True)
class Role:
    """A role of the server; a managed one belongs to the bot."""

    id: str
    name: str
    bot: str | None = None


@dataclass(slots=True)
class World:
    """Everything that the REST API, the gateway and the people share."""

    snowflakes: Snowflakes = field(default_factory=Snowflakes)
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    roles: list[Role] = field(default_factory=list)
    denied: Permission = NOTHING
    """What the bot may not do anywhere on the server."""
    listeners: list[Callable[[Happened], None]] = field(default_factory=list)
    thread_limit: int = 1000
    """Active threads that the server takes (Discord: error 160006 above it)."""
    guild: str = ""
    guild_name: str = "Bridge Builders"
    bot: User = field(init=False)
    role: Role = field(init=False)
    owner: User = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        self.guild = self.snowflakes.next()
        self.bot = self.add_user("bridge", bot=True)
        self.owner = self.add_user("Ada")
        self.roles.append(Role(self.guild, "@everyone"))
        self.role = Role(self.snowflakes.next(), "bridge", bot=self.bot.id)
        self.roles.append(self.role)
        head = base64.b64encode(self.bot.id.encode()).decode().rstrip("=")
        self.token = f"{head}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(20)}"

    def happened(self, kind: Kind, channel: Channel, message: Posted | None = None, user: User | None = None) -> None:
        """Tell everybody who listens."""
        for listener in list(self.listeners):
            listener(Happened(kind, channel, message, user))

    def add_user(self, name: str, *, bot: bool = False) -> User:
        """A new account."""
        user = User(self.snowflakes.next(), name, bot)
        self.users[user.id] = user
        return user

    def user(self, name: str) -> User:
        """The account of this name; a person who is new here joins."""
        found = next((user for user in self.users.values() if user.name == name), None)
        return found or self.add_user(name)

    def add_channel(self, name: str, type: ChannelType = ChannelType.TEXT) -> Channel:  # noqa: A002 - Discord's own word
        """A new channel of the server."""
        channel = Channel(self.snowflakes.next(), type, name, self.guild)
        self.channels[channel.id] = channel
        self.happened(Kind.CHANNEL, channel)
        return channel

    def direct(self, user: User) -> Channel:
        """The DM of the bot and a person."""
        for channel in self.channels.values():
            if channel.type is ChannelType.DM and channel.recipient is user:
                return channel
        channel = Channel(self.snowflakes.next(), ChannelType.DM, user.name, recipient=user)
        self.channels[channel.id] = channel
        self.happened(Kind.CHANNEL, channel)
        return channel

    def may(self, permission: Permission, channel: Channel) -> bool:
        """Whether the bot may do it there. A thread takes what its parent denies."""
        parent = self.channels.get(channel.parent or "")
        denied = self.denied | channel.denied | (parent.denied if parent else NOTHING)
        return not channel.guild or permission in GRANTED & ~denied

    def threads(self) -> list[Channel]:
        """The threads that are not archived."""
        return [channel for channel in self.channels.values() if channel.thread and not channel.archived]

    def open_thread(self, parent: Channel, name: str, owner: User, root: Posted | None = None) -> Channel:
        """Open a thread, on a message where one is given: it has the message's id then."""
        thread_id = root.id if root else self.snowflakes.next()
        thread = Channel(thread_id, ChannelType.PUBLIC_THREAD, name, parent.guild, parent.id, owner.id)
        self.channels[thread.id] = thread
        self.happened(Kind.CHANNEL, thread)
        if root:
            root.thread = thread
            root.flags |= 1 << 5  # HAS_THREAD
            self.happened(Kind.EDITED, parent, root)
        return thread

    def wake(self, thread: Channel) -> None:
        """Take a thread out of the archive."""
        if thread.archived:
            thread.archived = False
            self.happened(Kind.CHANNEL_CHANGED, thread)

    def post(self, channel: Channel, author: User, content: str, **more: Any) -> Posted:
        """Post a message; an archived thread wakes up. `more` are further fields of `Posted`."""
        message_id = more.pop("message_id", None) or self.snowflakes.next()
        message = Posted(message_id, channel, author, content, **more)
        self.wake(channel)
        channel.messages.append(message)
        self.happened(Kind.POSTED, channel, message)
        return message

    def reply(self, channel: Channel, author: User, content: str, to: str, **more: Any) -> Posted:
        """Post an answer to a message of the same channel."""
        return self.post(channel, author, content, type=MessageType.REPLY, reply_to=to, **more)

    def edit(self, message: Posted, content: str) -> None:
        """Change a message's text."""
        message.content = content
        message.edited_at = datetime.now(UTC)
        message.edits += 1
        self.happened(Kind.EDITED, message.channel, message)

    def delete(self, message: Posted) -> None:
        """Delete a message."""
        message.deleted = True
        self.happened(Kind.DELETED, message.channel, message)

    def typing(self, channel: Channel, user: User) -> None:
        """Somebody writes."""
        self.happened(Kind.TYPING, channel, user=user)
