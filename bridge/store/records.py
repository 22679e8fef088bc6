"""What the store hands out and takes in. Pure data; all times are aware `datetime`s in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto

from bridge.model import (
    ChannelId,
    EventId,
    InstanceName,
    Message,
    MessageId,
    SessionId,
    Surface,
    ThreadId,
    ThreadRef,
    UserId,
    WorkspaceId,
)


class Accepted(Enum):
    """Whether an event was taken in."""

    NEW = auto()
    DUPLICATE = auto()


class TurnState(StrEnum):
    """Where a turn stands. The last three are ends; a message that never became a turn ends in one of them too."""

    ASKED = "asked"
    REPLYING = "replying"
    WAITING = "waiting"
    ANSWERED = "answered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Wish(StrEnum):
    """What is to become of a turn whose question people changed or deleted."""

    REDO = "redo"
    """It is asked and answered anew."""
    DROP = "drop"
    """It ends."""
    RETRACT = "retract"
    """It ends, and its answer is taken away."""


class PartState(StrEnum):
    """Where a part of a reply stands."""

    POSTING = "posting"
    """About to be posted with its marker; whether it was is not known yet. One with a message is to replace that."""
    POSTED = "posted"
    SEALED = "sealed"
    """Posted, and its text is not going to change."""
    DROPPED = "dropped"
    """Taken away by the bridge itself, or about to be: no message of the reply any more."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message that is accepted. `thread` is where its conversation is, as the route decided."""

    message: Message
    thread: ThreadRef
    chatbot: str
    route: str
    why: str = ""
    """The sentence of the decision."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """`thread_id` is the row of the conversation; 0 for a duplicate of an event that was not accepted."""

    outcome: Accepted
    thread_id: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an event was not accepted: ids and a reason, never its text.

    `kind` says what the event was ("message", "edited", …); `revision` tells the changes of one message apart.
    """

    instance: InstanceName
    event_id: EventId
    workspace: WorkspaceId
    channel: ChannelId
    message_id: MessageId
    thread_id: ThreadId | None
    kind: str
    reason: str
    route: str | None
    at: datetime
    revision: str = ""


@dataclass(frozen=True, slots=True)
class BindingRow:
    """A thread's tie to a session of a chatbot.

    `sent` counts the user messages that we sent to the session; `last_seen` is the id of the last message of the
    chatbot that we saw in it.
    """

    id: int
    thread_id: int
    chatbot: str
    session: SessionId
    created_at: datetime
    sent: int
    last_seen: str | None


@dataclass(frozen=True, slots=True)
class BindingHistory:
    """A binding and its end; `ended_at` is None for the current one."""

    binding: BindingRow
    ended_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A conversation. `chatbot` and `route` are those of the message accepted last, `asker` wrote the first.

    `binding` is the current one.
    """

    id: int
    ref: ThreadRef
    chatbot: str
    route: str
    asker: UserId
    created_at: datetime
    active_at: datetime
    binding: BindingRow | None

    @property
    def may_need_opening(self) -> bool:
        """Whether the platform may still have to open the thread: it is not known that a turn has ended there."""
        return self.ref.surface is Surface.THREAD and (self.binding is None or not self.binding.sent)


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """An accepted message. `message.thread` is the conversation's thread, whatever the adapter proposed."""

    id: int
    thread_id: int
    message: Message
    route: str
    chatbot: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """One message of a reply; `message` is None until its receipt is stored."""

    turn_id: int
    number: int
    state: PartState
    marker: str
    message: MessageId | None


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn with its messages and the journal of its reply.

    `asked_at` is when it was last about to be asked. `waiting_kind` and `waiting_until` say what it waits for.
    """

    id: int
    thread_id: int
    binding_id: int
    state: TurnState
    reason: str
    attempts: int
    created_at: datetime
    asked_at: datetime
    ended_at: datetime | None
    messages: tuple[WaitingMessage, ...]
    parts: tuple[PartRow, ...]
    waiting_kind: str | None
    waiting_until: datetime | None
    wish: Wish | None = None
