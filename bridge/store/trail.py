"""What is known of one message or turn, for whoever asks why. Pure data; all times are aware `datetime`s in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridge.model import ChannelId, EventId, InstanceName, MessageId, SessionId, WorkspaceId
from bridge.store.records import ThreadRow, TurnRow
from bridge.trace import Step


@dataclass(frozen=True, slots=True)
class Receipt:
    """One event that was stored, accepted or not.

    `why` is the sentence of the decision; `reason` says how an accepted message ended, where there is something to say.
    `sent_at` is None for what was not accepted.
    """

    instance: InstanceName
    workspace: WorkspaceId
    channel: ChannelId
    message: MessageId
    kind: str
    event_id: EventId
    sent_at: datetime | None
    stored_at: datetime
    accepted: bool
    why: str
    route: str | None
    chatbot: str | None
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Deliveries of one event that came when its message was stored already; `at` is when the last one did."""

    event_id: EventId
    message: MessageId
    kind: str
    times: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Trail:
    """All that is known of one message, or of a turn with its messages."""

    receipts: tuple[Receipt, ...]
    duplicates: tuple[Duplicate, ...]
    thread: ThreadRow | None = None
    turn: TurnRow | None = None
    session: SessionId | None = None
    steps: tuple[Step, ...] = ()
