"""The words of a conversation: ids, places and what happens in them. Pure data.

Ids are opaque outside the plugin that made them: compare and store them, never take them apart.
All times are aware `datetime`s in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

InstanceName = NewType("InstanceName", str)
"""The NAME of a `[platforms.NAME]` table: one configured app or bot."""

WorkspaceId = NewType("WorkspaceId", str)
"""A Slack team or a Discord guild; empty where a platform has none, as in a Discord DM."""

ChannelId = NewType("ChannelId", str)
ThreadId = NewType("ThreadId", str)
MessageId = NewType("MessageId", str)
UserId = NewType("UserId", str)

EventId = NewType("EventId", str)
"""What the platform calls one delivery of an event; the same again when it is redelivered."""

SessionId = NewType("SessionId", str)
"""The chatbot service's id of one resumable conversation."""


class Surface(StrEnum):
    """How the replies of a thread are placed on the platform."""

    THREAD = "thread"
    """In a thread of a channel, opened beside the question where it does not exist yet."""
    CHANNEL = "channel"
    """In the channel itself, as an answer to the question."""
    DIRECT = "direct"
    """In a direct message conversation."""


@dataclass(frozen=True, slots=True)
class ThreadRef:
    """Where one conversation happens. Equal when the four ids are equal.

    `channel` is the room whose route applies: a thread's parent, never the thread itself.
    """

    instance: InstanceName
    workspace: WorkspaceId
    channel: ChannelId
    id: ThreadId
    surface: Surface = field(default=Surface.THREAD, compare=False)


@dataclass(frozen=True, slots=True)
class MessageRef:
    """One message on a platform, as the adapter needs it to edit that message later."""

    thread: ThreadRef
    id: MessageId


@dataclass(frozen=True, slots=True)
class Named:
    """A workspace or channel with its name, without `#`; None where the platform keeps it secret."""

    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote or pressed something. `roles` holds role ids (Slack: user groups)."""

    id: UserId
    name: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; `size` in bytes, None where the platform does not say."""

    id: str
    name: str
    media_type: str | None = None
    size: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A person wrote something that the bot can see.

    Two deliveries of one message are equal but for `event_id`: whether the bot is addressed is read
    from the message, never from the kind of event that carried it.
    """

    event_id: EventId
    id: MessageId
    thread: ThreadRef
    """Where the conversation is, or would begin, when the route does not say `reply_in`."""
    in_thread: ThreadRef | None = None
    """Where it would begin with `reply_in = "thread"`; None when it is in a thread already, or cannot."""
    in_channel: ThreadRef | None = None
    """Where it would begin with `reply_in = "channel"`; None when it is in a thread already, or cannot."""
    workspace: Named
    channel: Named
    author: Author
    text: str
    """Markdown, verbatim but for the mention of the bot that addressed it."""
    sent_at: datetime
    mentions_bot: bool = False
    direct: bool = False
    """True in a direct conversation with the bot alone."""
    starts: bool = False
    """True at the top level of a channel or DM; False inside a thread."""
    reply_to: MessageId | None = None
    """The message that this one answers, where the platform says so; written as `MessageRef.id` writes it."""
    attachments: tuple[Attachment, ...] = ()
    withheld: bool = False
    """True when the platform hid the text, as Discord does without the Message Content intent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A person changed a message. `revision` differs for each change of one message."""

    event_id: EventId
    id: MessageId
    thread: ThreadRef
    author: Author
    text: str
    revision: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A message was deleted, by its author or by a moderator."""

    event_id: EventId
    id: MessageId
    thread: ThreadRef
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A person pressed the platform's own Stop; `id` names the message being streamed."""

    event_id: EventId
    id: MessageId
    thread: ThreadRef
    author: Author
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A person pressed a button under a message of ours; `action` is what the button was given."""

    event_id: EventId
    id: MessageId
    thread: ThreadRef
    author: Author
    action: str
    value: str | None = None
    at: datetime


Event = Message | Edited | Deleted | Stopped | Pressed
"""Everything an adapter may deliver."""
