"""A session as the core uses it: one turn at a time, from attach to disconnect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from bridge import ChatbotUnavailable, SessionEvent, SessionId, SessionMessage
from bridge_vectorshift.conversation import Conversation


class VectorShiftSession:
    """See `bridge.Session`. Also an async context manager, which disconnects."""

    def __init__(self, conversation: Conversation, release: Callable[[Conversation], Awaitable[None]]) -> None:
        self._held: Conversation | None = conversation
        self._release = release
        self._id = conversation.id

    @property
    def id(self) -> SessionId:
        """The service's id of the session; `resume_session` takes it."""
        return self._id

    async def send(self, *messages: str) -> None:
        """Ask; several messages are one turn."""
        if not any(message.strip() for message in messages):
            raise ValueError("there is nothing to send")
        await self._conversation.ask([message for message in messages if message.strip()])

    def listen(self) -> AsyncIterator[SessionEvent]:
        """The events of the turn, up to and with TurnEnded."""
        return self._conversation.events()

    async def respond(self, approval: str, *, approve: bool, fields: Mapping[str, str] | None = None) -> None:
        """Answer an ApprovalRequest."""
        await self._conversation.respond(approval, approve=approve, fields=fields)

    async def stop(self) -> None:
        """End the running turn."""
        if self._held is not None:
            await self._held.stop()

    async def messages(self) -> Sequence[SessionMessage]:
        """All messages that the service holds, oldest first."""
        return await self._conversation.messages()

    async def terminate(self) -> None:
        """End the session at the service; this session object is disconnected by it."""
        conversation, self._held = self._held, None
        if conversation is not None:
            await conversation.terminate()
            await self._release(conversation)

    async def disconnect(self) -> None:
        """Detach; the connection is kept a while for the next `resume_session`."""
        conversation, self._held = self._held, None
        if conversation is not None:
            await self._release(conversation)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.disconnect()

    @property
    def _conversation(self) -> Conversation:
        if self._held is None:
            raise ChatbotUnavailable(f"session {self._id} is disconnected; resume it by its id")
        return self._held
