"""What a turn works with, and what it is about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bridge.chatbots import Chatbots
from bridge.clock import Clock
from bridge.hookspecs import FinishedTurn
from bridge.meter import Meter
from bridge.model import Message
from bridge.reply.pacing import Length
from bridge.store import Store, ThreadRow, WaitingMessage

SKEW = timedelta(minutes=1)
"""How far the clocks of platforms may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What all turns share."""

    store: Store
    chatbots: Chatbots
    clock: Clock
    finished: Callable[[FinishedTurn], None]
    """Told of each turn that is over."""
    began: datetime
    """When this process began: what is older, an earlier one may have answered."""
    patience: float = 60.0
    """Seconds for which an outage of a chatbot is waited out before the person is told."""
    meter: Meter = field(default_factory=Meter)
    lengths: dict[str, Length] = field(default_factory=dict)
    """How long the replies of each chatbot take, learned from each."""

    def earlier(self, message: Message) -> datetime | None:
        """When `message` was sent, if an earlier process may have answered it; a marker is looked up from there."""
        return message.sent_at if message.sent_at < self.began + SKEW else None

    def ended(self, thread: ThreadRow, state: str, reason: str, *, messages: int, since: datetime) -> None:
        """Tell of a turn that did not come to an end of its own; it was waited for `since` then."""
        turn = FinishedTurn(
            thread=thread.ref,
            session=thread.binding.session if thread.binding is not None else None,
            chatbot=thread.chatbot,
            state=state,
            reason=reason,
            messages=messages,
            first_text_after=None,
            duration=max(0.0, (self.clock.now() - since).total_seconds()),
        )
        self.finished(turn)


@dataclass(frozen=True, slots=True)
class Ask:
    """The messages that one turn answers, and what of them goes to which chatbot."""

    messages: Sequence[WaitingMessage]
    chatbot: str
    contents: Sequence[str]
    show: Collection[str] = ("tools",)
    """What is shown besides what the chatbot says: "tools", "thinking"."""
    most_parts: int = 20
    """So many messages an answer may have before the rest of it follows as a file."""
    again: bool = False
    """True when this process tried before, and may have said already why there is no answer."""
    remark: str | None = None
    """What to say besides the answer, such as which files were not read."""
