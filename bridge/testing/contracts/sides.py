"""The other side of an adapter or provider, as its contract suite needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol

from bridge.chatbot import Provider
from bridge.errors import StoreError
from bridge.model import Event, Message, MessageRef, SessionId, ThreadRef
from bridge.platform import Operation, Platform


class Failure(StrEnum):
    """What a platform can do to a call."""

    RATE_LIMITED = "rate limited"
    DOWN = "down"
    """Nothing happens, and the caller is told so."""
    CUT = "cut"
    """It happens, but the connection is cut before the answer."""
    FORBIDDEN = "forbidden"
    """The bot lacks a permission there."""
    GONE = "gone"
    """The thread or message no longer exists."""


class PlatformSide(Protocol):
    """A platform with one adapter connected to it, and a person on it who can write and look."""

    @property
    def platform(self) -> Platform:
        """The adapter. The suite runs it and stops it; the side's owner closes it."""
        ...

    async def ready(self) -> None:
        """Wait until what people say from now on reaches the running adapter."""
        ...

    async def say(
        self, text: str, *, mention: bool = False, direct: bool = False, thread: ThreadRef | None = None
    ) -> None:
        """A person writes in `thread`, in a conversation with the bot alone, or at the top of a channel."""
        ...

    async def change(self, message: Message, text: str) -> None:
        """Its author gives a message another text. Where nobody can, call `pytest.skip`."""
        ...

    async def delete(self, message: Message) -> None:
        """Its author deletes a message. Where nobody can, call `pytest.skip`."""
        ...

    async def remove(self, ref: MessageRef) -> None:
        """Somebody who may deletes a message of the bot. Where nobody can, call `pytest.skip`."""
        ...

    def shown(self, thread: ThreadRef) -> Sequence[str]:
        """The texts of the bot's messages that people see in a thread, oldest first."""
        ...

    def files(self, thread: ThreadRef) -> Sequence[bytes]:
        """The contents of the files that the bot posted in a thread, oldest first."""
        ...

    def mentions(self) -> Sequence[str]:
        """Everything that would ping somebody if a person wrote it."""
        ...

    def pinged(self) -> Sequence[str]:
        """Whom the bot's messages have pinged so far."""
        ...

    def fail(self, operation: Operation, failure: Failure) -> None:
        """Let the next POST or EDIT fail. Where the platform cannot fail in this way, call `pytest.skip`."""
        ...

    async def refuse(self) -> None:
        """Refuse the adapter's credentials from now on."""
        ...


class ProviderSide(Protocol):
    """A chatbot service with one provider connected to it."""

    @property
    def provider(self) -> Provider:
        """The provider; the side's owner closes it."""
        ...

    def settings(self, chatbot: str) -> Any:
        """The chatbot table for "echo" (repeats the question, in several deltas), "endless" (writes until stopped),
        "fails" (gives up in the middle) and "unknown" (which the service does not have)."""
        ...

    def asked(self, session: SessionId) -> Sequence[str]:
        """Every message that the service got from people in this session."""
        ...

    async def finished(self, session: SessionId) -> None:
        """Wait until no turn of the session runs at the service."""
        ...

    def forget(self, session: SessionId) -> None:
        """Let the service lose a session."""
        ...

    async def down(self) -> None:
        """Let the service be unreachable."""
        ...

    async def up(self) -> None:
        """Let the service be there again, with its sessions."""
        ...


class Inbox:
    """Takes what an adapter delivers. With `refusing` it refuses that many events, as a busy store does."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.refusing = 0
        self.refused: list[Event] = []
        self._changed = asyncio.Condition()
        self._read = 0

    async def deliver(self, event: Event) -> None:
        """The callable to give to `Platform.run`."""
        async with self._changed:
            if self.refusing > 0:
                self.refusing -= 1
                self.refused.append(event)
                raise StoreError("the store is busy, as this test wants it to be")
            self.events.append(event)
            self._changed.notify_all()

    async def next(self) -> Event:
        """The next event that has not been asked for yet. Raises TimeoutError after ten seconds."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.events) > self._read)
        self._read += 1
        return self.events[self._read - 1]

    async def message(self) -> Message:
        """The next event, which must be a message."""
        event = await self.next()
        assert isinstance(event, Message), event  # noqa: S101 - a test's own
        return event
