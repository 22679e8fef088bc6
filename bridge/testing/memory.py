"""The adapter of a MemoryWorld, as a plugin of type "memory"."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from bridge.clock import Clock
from bridge.config.tables import Table
from bridge.errors import StoreError, StoreInUse, TooLong
from bridge.hookspecs import PlatformSpec, hookimpl
from bridge.model import (
    Attachment,
    ChannelId,
    Event,
    InstanceName,
    Message,
    MessageId,
    MessageRef,
    Surface,
    ThreadId,
    ThreadRef,
    UserId,
    WorkspaceId,
)
from bridge.platform import (
    BudgetKey,
    Button,
    Capabilities,
    Channel,
    Check,
    Deliver,
    Health,
    Operation,
    Part,
    PlatformContext,
)
from bridge.testing.messages import with_bot
from bridge.testing.world import MemoryWorld

RETRY_SECONDS = 1.0
EXAMPLE = '# [platforms.memory]\n# world = "memory"    # the MemoryWorld of this process to connect to\n'


class MemoryTable(Table):
    """`[platforms.NAME]` with `type = "memory"`."""

    world: str = "memory"
    """The name of the MemoryWorld to connect to."""


class BareMemoryPlatform:
    """A Platform without any optional ability."""

    def __init__(
        self, world: MemoryWorld, health: Health | None = None, missed: Callable[[], None] = lambda: None
    ) -> None:
        self.world = world
        self._health = health
        self._missed = missed
        self.closed = False

    @property
    def capabilities(self) -> Capabilities:
        return self.world.capabilities

    async def run(self, deliver: Deliver) -> None:
        """Deliver what people do, in order; what the store refused is delivered again after a second."""
        events: asyncio.Queue[Event] = asyncio.Queue()
        disconnect = self.world.connect(events.put_nowait)
        self._missed()
        if self._health is not None:
            self._health("connected")
        try:
            while True:
                await _to_the_end(_deliver(deliver, await events.get(), self.world.clock))
        finally:
            disconnect()

    async def close(self) -> None:
        self.closed = True

    def size(self, part: Part) -> int:
        return self.capabilities.part_unit.size(part.text)

    def budget_keys(self, operation: Operation, thread: ThreadRef) -> tuple[BudgetKey, ...]:
        """Posts and edits have a bucket for each channel, everything else has one."""
        if operation in {Operation.POST, Operation.EDIT}:
            return (BudgetKey(operation.value, thread.channel),)
        return (BudgetKey("other"),)

    async def post(self, thread: ThreadRef, part: Part, marker: str) -> MessageRef:
        self._refuse_too_long(part)
        async with self._call(Operation.POST, thread, part.text):
            return self.world.screen.post(thread, part, marker)

    async def edit(self, ref: MessageRef, part: Part) -> None:
        self._refuse_too_long(part)
        async with self._call(Operation.EDIT, ref.thread, part.text):
            self.world.screen.edit(ref, part)

    def _refuse_too_long(self, part: Part) -> None:
        if self.size(part) > self.capabilities.part_size:
            raise TooLong(
                f"{self.size(part)} {self.capabilities.part_unit} are more than {self.capabilities.part_size}"
            )

    def _call(self, operation: Operation, thread: ThreadRef, text: str = "") -> AbstractAsyncContextManager[None]:
        return self.world.turnstile.passing(operation, thread, self.budget_keys(operation, thread), text)


class MemoryPlatform(BareMemoryPlatform):
    """A Platform with every optional ability but native streams and HTTP."""

    async def open_thread(self, thread: ThreadRef, title: str) -> None:
        async with self._call(Operation.OPEN_THREAD, thread, title):
            self.world.opened.setdefault(thread, title)

    async def open_direct(self, thread: ThreadRef, user: UserId) -> ThreadRef:
        direct = with_bot(self.world.instance, user.removeprefix("U-"))
        async with self._call(Operation.OPEN_DIRECT, direct):
            return direct

    async def show_activity(self, thread: ThreadRef, status: str) -> None:
        async with self._call(Operation.ACTIVITY, thread, status):
            self.world.activity[thread] = status

    async def delete(self, ref: MessageRef) -> None:
        async with self._call(Operation.DELETE, ref.thread):
            if ref in (message.ref for message in self.world.messages(ref.thread)):
                await self.world.remove(ref)

    async def find(
        self, thread: ThreadRef, marker: str, since: datetime | None = None, others: Collection[MessageId] = ()
    ) -> MessageRef | None:
        async with self._call(Operation.HISTORY, thread, marker):
            return self.world.screen.find(thread, marker)

    async def channels(self, page: str | None) -> tuple[Sequence[Channel], str | None]:
        async with self._call(Operation.CHANNELS, _top(self.world.instance, ChannelId(""), Surface.CHANNEL)):
            found = {message.thread.channel: message for message in self.world.said if message.starts}
        return [
            Channel(
                _top(self.world.instance, channel, Surface.DIRECT if message.direct else Surface.CHANNEL),
                message.workspace,
                message.channel,
            )
            for channel, message in found.items()
        ], None

    async def history(
        self, place: ThreadRef, since: datetime, page: str | None
    ) -> tuple[Sequence[Message], str | None]:
        """Pages of two messages, the newest first."""
        async with self._call(Operation.HISTORY, place):
            found = [
                message
                for message in reversed(self.world.said)
                if message.sent_at > since and message.thread.channel == place.channel
                if message.starts or message.thread == place
                if message.thread == place or place.surface is not Surface.THREAD
            ]
        start = int(page or 0)
        return found[start : start + 2], str(start + 2) if start + 2 < len(found) else None

    async def upload(self, thread: ThreadRef, part: Part, content: bytes, marker: str) -> MessageRef:
        async with self._call(Operation.UPLOAD, thread, part.text):
            return self.world.screen.post(thread, part, marker, content)

    async def download(self, attachment: Attachment, limit: int) -> bytes:
        content = self.world.files[attachment.id]
        if len(content) > limit:
            raise TooLong(f"{attachment.name} has {len(content)} bytes, more than {limit}")
        return content

    async def react(self, thread: ThreadRef, message: MessageId, emoji: str) -> None:
        self.world.reactions[message].add(emoji)

    async def set_buttons(self, ref: MessageRef, part: Part, buttons: Sequence[Button]) -> None:
        async with self._call(Operation.EDIT, ref.thread, part.text):
            self.world.screen.edit(ref, part)
            self.world.screen.get(ref).buttons = tuple(buttons)

    async def check(self, channels: Sequence[str]) -> AsyncIterator[Check]:
        yield Check(ok=True, what="the world exists")
        for channel in channels:
            yield Check(ok=True, what=f"channel {channel} is found")


def make(config: MemoryTable, context: PlatformContext) -> MemoryPlatform:
    """The factory of the platform type "memory"."""
    world = MemoryWorld.named(config.world)
    if world.stream_seconds is None:
        return MemoryPlatform(world, context.health, context.missed)
    # That module builds on this one.
    from bridge.testing.streaming import StreamingMemoryPlatform

    return StreamingMemoryPlatform(world, context.health, context.missed)


@hookimpl
def bridge_platforms() -> list[PlatformSpec]:
    """The platform type "memory"; register this module with `Plugins.register`."""
    return [
        PlatformSpec(
            type="memory",
            config="bridge.testing.memory:MemoryTable",
            factory="bridge.testing.memory:make",
            example="bridge.testing.memory:EXAMPLE",
        )
    ]


def _top(instance: InstanceName, channel: ChannelId, surface: Surface) -> ThreadRef:
    return ThreadRef(instance, WorkspaceId(""), channel, ThreadId(channel), surface)


async def _deliver(deliver: Deliver, event: Event, clock: Clock) -> None:
    while True:
        try:
            await deliver(event)
            return
        except StoreInUse:
            return  # not acknowledged: whoever has the database now is told again
        except StoreError:
            await clock.sleep(RETRY_SECONDS)


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await `work`; when cancelled meanwhile, still let it finish."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
