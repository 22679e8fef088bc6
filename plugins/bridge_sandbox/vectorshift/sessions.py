"""Sessions of the fake service: what was said, and the turn that is being played. They live on without a connection."""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge_sandbox.vectorshift.chatbots import Bot
from bridge_sandbox.vectorshift.stage import TurnStage

Frame = dict[str, Any]


@dataclass(slots=True)
class Quirks:
    """Where the public documentation leaves the behaviour of the service open; the defaults are the usual."""

    lists_users: bool = True
    """`get_messages` holds what users wrote."""
    lists_unfinished: bool = True
    """`get_messages` holds messages that are still being written."""
    echoes_users: bool = False
    """What a user posts comes back as a notification."""
    agent_statuses: bool = True
    """An agent's turn is framed by the statuses `Processing` and `Idle`."""
    chatbot_statuses: bool = False
    """So is a chatbot's."""
    terminate_ends_turn: bool = True
    """`terminate_session` stops the answer that is being written."""


@dataclass(slots=True)
class FakeMessage:
    """One message of a session; `content` changes while it is written."""

    sender: dict[str, str]
    content: dict[str, Any]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def from_user(self) -> bool:
        """True for what a person wrote."""
        return "user_id" in self.sender

    @property
    def text(self) -> str:
        """Its words; empty for tool calls and the like."""
        value = self.content.get("value", "")
        return value if isinstance(value, str) else ""

    @property
    def finished(self) -> bool:
        """False while it is being written."""
        return self.content.get("status") != "Streaming"


@dataclass(slots=True)
class Asked:
    """One turn that waits to be played."""

    question: str
    earlier: Sequence[str]


class FakeSession:
    """One conversation with one bot."""

    def __init__(self, bot: Bot, quirks: Quirks, word_seconds: float) -> None:
        self.id = uuid.uuid4().hex
        self.bot = bot
        self.messages: list[FakeMessage] = []
        self.status = "Idle"
        self.approvals: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.word_seconds = word_seconds
        self._quirks = quirks
        self._listeners: set[Callable[[Frame], None]] = set()
        self._waiting: deque[Asked] = deque()
        self._questions: list[str] = []
        self._player: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """True while a turn is played."""
        return self._player is not None and not self._player.done()

    def attach(self, listener: Callable[[Frame], None]) -> None:
        """Send every frame of this session to `listener`, until `detach`."""
        self._listeners.add(listener)

    def detach(self, listener: Callable[[Frame], None]) -> None:
        """Send no more; harmless twice."""
        self._listeners.discard(listener)

    def emit(self, frame: Frame) -> None:
        """Send a frame to everyone connected."""
        for listener in list(self._listeners):
            listener({**frame, "session_id": self.id})

    def notify(self, message: FakeMessage) -> None:
        """Send a message as it is now."""
        self.emit({"type": "message_notification", "message": self._to_json(message)})

    def set_status(self, status: str) -> None:
        """Say what the bot is doing."""
        self.status = status
        if self._quirks.agent_statuses if self.bot.kind == "agent" else self._quirks.chatbot_statuses:
            self.emit({"type": "participant_status", "message": {"status": status}})

    def add(self, sender: dict[str, str], content: dict[str, Any]) -> FakeMessage:
        """One more message."""
        message = FakeMessage(sender, content)
        self.messages.append(message)
        return message

    def listing(self) -> list[dict[str, Any]]:
        """What `get_messages` answers."""
        return [
            self._to_json(message)
            for message in self.messages
            if (self._quirks.lists_users or not message.from_user)
            and (self._quirks.lists_unfinished or message.finished)
        ]

    def post(self, texts: Sequence[str]) -> None:
        """A person asks; the turn is played when those before it are over."""
        for text in texts:
            content = {"type": "data_type_message", "value": text, "status": "Complete"}
            message = self.add({"user_id": "user-of-the-key"}, content)
            if self._quirks.echoes_users:
                self.notify(message)
        question = "\n".join(texts)
        self._waiting.append(Asked(question, tuple(self._questions)))
        self._questions.append(question)
        if not self.busy:
            self._player = asyncio.create_task(self._play(), name=f"sandbox session {self.id}")

    def answer_approval(self, parent: str | None, value: dict[str, Any]) -> None:
        """A person approves or denies; without the right parent, nothing happens, as with the real service."""
        waiting = self.approvals.pop(parent or "", None)
        if waiting is not None and not waiting.done():
            waiting.set_result(value)

    async def end(self) -> None:
        """Stop what is being played and forget what waits; the messages stay."""
        if not self._quirks.terminate_ends_turn:
            return
        self._waiting.clear()
        player, self._player = self._player, None
        if player is not None:
            player.cancel()
            await asyncio.wait({player})
        for message in self.messages:
            if not message.finished:
                message.content["status"] = "Complete"
        self.status = "Idle"

    async def _play(self) -> None:
        while self._waiting:
            asked = self._waiting.popleft()
            self.set_status("Processing")
            await self.bot.script(TurnStage(self, asked.question, asked.earlier))
            self.set_status("Idle")

    def _to_json(self, message: FakeMessage) -> dict[str, Any]:
        return {"id": message.id, "session_id": self.id, "sender": message.sender, "content": dict(message.content)}
