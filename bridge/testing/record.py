"""What a chatbot service in memory holds of a session."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bridge.chatbot import Complete, Delta, EndReason, Sender, SessionEvent, SessionMessage, TurnEnded
from bridge.errors import ChatbotError
from bridge.model import SessionId


@dataclass(slots=True, eq=False)
class SessionRecord:
    """A session as the service holds it, whether or not anybody is attached."""

    id: SessionId
    chatbot: str
    messages: list[SessionMessage] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    """What each turn asked."""
    last: TurnEnded = field(default_factory=lambda: TurnEnded(EndReason.ANSWERED))
    listeners: list[Callable[[SessionEvent | ChatbotError], None]] = field(default_factory=list)
    responses: list[bool] = field(default_factory=list)
    responded: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    ended: bool = False

    @property
    def running(self) -> bool:
        """True while a turn runs."""
        return self.task is not None and not self.task.done()

    def tell(self, event: SessionEvent | ChatbotError) -> None:
        """Send an event to whoever is attached, and keep what it adds to the session's messages."""
        match event:
            case Delta(id, text):
                self._store(id, self._text(id) + text, complete=False)
            case Complete(id, text):
                self._store(id, text, complete=True)
            case TurnEnded():
                self.last = event
        for listener in tuple(self.listeners):
            listener(event)

    def finish(self, error: str | None = None) -> None:
        """Nothing is being written any more; what was half written stays so, with `error` as the reason."""
        self.messages[:] = [
            message if message.complete else replace(message, complete=True, error=error) for message in self.messages
        ]

    def unfinished(self) -> list[SessionEvent]:
        """What somebody who attaches now has missed of the running turn."""
        answer = itertools.takewhile(lambda message: message.sender is Sender.CHATBOT, reversed(self.messages))
        return [Complete(message.id, message.text) for message in reversed(list(answer))] if self.running else []

    def _text(self, message_id: str) -> str:
        return next((message.text for message in self.messages if message.id == message_id), "")

    def _store(self, message_id: str, text: str, *, complete: bool) -> None:
        new = SessionMessage(message_id, Sender.CHATBOT, text, complete)
        for index, message in enumerate(self.messages):
            if message.id == message_id:
                self.messages[index] = new
                return
        self.messages.append(new)
