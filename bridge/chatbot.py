"""What a hosted chatbot and a session with it are. The same for chatbots and agents.

chatbot = await provider.fetch(settings)
session = await chatbot.create_session()          # or resume_session(id)
await session.send("How do I reset my password?")
async for event in session.listen():              # ends after TurnEnded
    ...
await session.disconnect()                        # the service keeps the session; resume it by id
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bridge.clock import Clock
from bridge.model import SessionId


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of text to append to the message `message_id`."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Complete:
    """The whole text of the message `message_id`; it wins over what its deltas add up to."""

    message_id: str
    text: str


class ToolStatus(StrEnum):
    """How far a tool call is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The chatbot uses a tool. Sent again with the same `tool_id` when the status changes."""

    message_id: str
    tool_id: str
    name: str
    status: ToolStatus


@dataclass(frozen=True, slots=True)
class Thinking:
    """What the chatbot says about its reasoning; `text` is the whole of it so far."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """An agent waits for a person's consent. `fields` may be filled in by who approves."""

    id: str
    title: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReauthorizationRequest:
    """A connection that the chatbot uses must be signed in to again."""

    id: str
    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What the service says the chatbot is doing, in its own words; for the log."""

    text: str


class EndReason(StrEnum):
    """Why a turn is over."""

    ANSWERED = "answered"
    STOPPED = "stopped"
    FAILED = "failed"
    """An error was reported; `TurnEnded.error` has its text."""
    WAITING = "waiting"
    """An approval or a re-authorisation is open; the turn goes on after `respond`, perhaps days later."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is over. The provider says so; the core never infers it."""

    reason: EndReason
    error: str | None = None


SessionEvent = Delta | Complete | ToolCall | Thinking | ApprovalRequest | ReauthorizationRequest | Status | TurnEnded


class Sender(StrEnum):
    """Who wrote a message of a session."""

    USER = "user"
    CHATBOT = "chatbot"


@dataclass(frozen=True, slots=True)
class SessionMessage:
    """One message that the service holds. `complete` is False while it is being written."""

    id: str
    sender: Sender
    text: str
    complete: bool = True
    error: str | None = None


class Session(Protocol):
    """An attached session. Used by one turn at a time."""

    @property
    def id(self) -> SessionId: ...

    async def send(self, *messages: str) -> None:
        """Ask; several messages are one turn. Returns once the service has taken them.

        Raises MessageRefused, SessionLost, or ChatbotUnavailable when it is unknown whether they arrived.
        """
        ...

    def listen(self) -> AsyncIterator[SessionEvent]:
        """The events of the turn in order, from before `send`, up to and with `TurnEnded`.

        None is ever dropped, however slow the caller. Survives lost connections: what was missed is caught up from
        `messages()`. Raises ChatbotUnavailable when the service stays away, SessionLost when it forgot the session.
        """
        ...

    async def respond(self, approval: str, *, approve: bool, fields: Mapping[str, str] | None = None) -> None:
        """Answer the ApprovalRequest whose id is `approval`; the turn goes on."""
        ...

    async def stop(self) -> None:
        """End the running turn; `listen` ends with TurnEnded(STOPPED). Harmless when none runs."""
        ...

    async def messages(self) -> Sequence[SessionMessage]:
        """All messages that the service holds, oldest first."""
        ...

    async def terminate(self) -> None:
        """End the session at the service."""
        ...

    async def disconnect(self) -> None:
        """Detach; the session lives on at the service. Harmless twice. Must not raise."""
        ...


class Chatbot(Protocol):
    """One hosted chatbot or agent, fetched from its provider."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    async def create_session(self) -> Session:
        """Open a new session. Raises SessionRefused, ChatbotUnavailable, ChatbotBusy, ChatbotUnauthorized."""
        ...

    async def resume_session(self, session: SessionId) -> Session:
        """Attach to a session again. Raises SessionLost besides what `create_session` raises."""
        ...


@dataclass(frozen=True, slots=True)
class ProviderContext:
    """What the core gives to a new provider: `name` is that of its `[providers.NAME]` table."""

    name: str
    clock: Clock


class Provider(Protocol):
    """One account at a chatbot service."""

    async def fetch(self, settings: Any) -> Chatbot:
        """The chatbot that a `[chatbots.NAME]` table names; `settings` is the provider's own chatbot model.

        Raises ChatbotNotFound, ChatbotUnauthorized, ChatbotBusy, ChatbotUnavailable.
        """
        ...

    async def close(self) -> None:
        """Release everything; called once, after the last session was disconnected. Must not raise."""
        ...
