"""The platform in memory keeps the contract of platforms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from bridge import (
    Forbidden,
    Gone,
    InstanceFailed,
    Message,
    MessageRef,
    Operation,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    ThreadRef,
)
from bridge.testing import BareMemoryPlatform, MemoryPlatform, MemoryWorld
from bridge.testing.contracts import Failure, PlatformContract, PlatformSide

ERRORS = {
    Failure.RATE_LIMITED: RateLimited(retry_after=1.5),
    Failure.DOWN: PlatformUnavailable(),
    Failure.CUT: OutcomeUnknown(),
    Failure.FORBIDDEN: Forbidden(),
    Failure.GONE: Gone(),
}


class Side:
    """A MemoryWorld as the contract needs it."""

    def __init__(self, platform: type[BareMemoryPlatform], world: MemoryWorld) -> None:
        self.world = world
        self.platform = platform(world)

    async def ready(self) -> None:
        await self.world.until(lambda: self.world.connected)

    async def say(
        self, text: str, *, mention: bool = False, direct: bool = False, thread: ThreadRef | None = None
    ) -> None:
        await self.world.say(text, mention=mention, direct=direct, thread=thread)

    async def change(self, message: Message, text: str) -> None:
        await self.world.change(message, text)

    async def delete(self, message: Message) -> None:
        await self.world.delete(message)

    async def remove(self, ref: MessageRef) -> None:
        await self.world.remove(ref)

    def shown(self, thread: ThreadRef) -> Sequence[str]:
        return self.world.shown(thread)

    def files(self, thread: ThreadRef) -> Sequence[bytes]:
        return [message.content for message in self.world.messages(thread) if message.content is not None]

    def mentions(self) -> Sequence[str]:
        return ["@Ada"]

    def pinged(self) -> Sequence[str]:
        """Nothing pings in memory."""
        return []

    def fail(self, operation: Operation, failure: Failure) -> None:
        self.world.fail(operation, ERRORS[failure], done=failure is Failure.CUT)

    async def refuse(self) -> None:
        self.world.refuse(InstanceFailed("the token is refused"))


class TestMemory(PlatformContract):
    """With every ability."""

    @pytest.fixture
    async def side(self) -> AsyncIterator[PlatformSide]:
        side = Side(MemoryPlatform, MemoryWorld())
        yield side
        await side.platform.close()


class TestMemoryThatOnlyFinds(PlatformContract):
    """Where the same post can be made twice, as on Slack."""

    @pytest.fixture
    async def side(self) -> AsyncIterator[PlatformSide]:
        side = Side(MemoryPlatform, MemoryWorld(idempotent=False))
        yield side
        await side.platform.close()


class TestBareMemory(PlatformContract):
    """With what is required, and nothing else."""

    @pytest.fixture
    async def side(self) -> AsyncIterator[PlatformSide]:
        side = Side(BareMemoryPlatform, MemoryWorld())
        yield side
        await side.platform.close()
