"""How a reply grows on screen: as messages that the platform lets grow, or by edits; chosen for each reply."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Self

import structlog

from bridge.errors import InstanceFailed, PlatformError, PlatformUnavailable, RateLimited
from bridge.model import ThreadRef, UserId
from bridge.platform import Operation, StreamsNatively
from bridge.reply.journal import Journal
from bridge.reply.layout import Layout, Step
from bridge.reply.outlet import Outlet
from bridge.reply.pacing import Length, Pace

log = structlog.get_logger(__name__)

NATIVE = {Operation.STREAM_START, Operation.STREAM_APPEND, Operation.STREAM_STOP}


class Growth:
    """Chooses, keeps the pace, and goes back to edits when native streaming fails. A context while the reply grows."""

    def __init__(
        self, outlet: Outlet, thread: ThreadRef, length: Length, *, layout: Layout, journal: Journal, asker: UserId
    ) -> None:
        self._outlet = outlet
        self._thread = thread
        self._length = length
        self._layout = layout
        self._journal = journal
        self._asker = asker
        self._live = ExitStack()
        self._open = False
        self._timer: asyncio.Task[None] | None = None
        self._use(Operation.EDIT)
        self._choose()

    def __enter__(self) -> Self:
        self._open = True
        self._join()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._live.close()
        if self._timer is not None:
            self._timer.cancel()

    def ready(self, step: Step) -> bool:
        """Whether to make this step. Before a start for which nothing is free the reply goes on by edits instead."""
        if step.operation is Operation.STREAM_START and not self._free():
            self._edit("no call to start a stream is free")
            return False
        return True

    async def make(self, step: Step, changed: asyncio.Event) -> None:
        """Make a native call; `changed` is set when the message has grown for long enough. Raises PlatformError."""
        if step.operation is Operation.STREAM_START:
            await self._journal.start(step.part, self._asker)
            if self._open:
                self._watch(changed)
        elif step.operation is Operation.STREAM_APPEND:
            await self._journal.append(step.number, step.part)
        else:
            await self._journal.stop(step.number, step.part)

    def failed(self, step: Step, error: PlatformError) -> None:
        """A native call went wrong. What may go through later is tried again, all else is finished by edits."""
        if isinstance(error, InstanceFailed):
            return
        if step.operation is not Operation.STREAM_START and isinstance(error, RateLimited | PlatformUnavailable):
            return
        if step.number < len(self._journal.answer):
            shown = self._journal.answer[step.number]
            shown.text, shown.growing = None, False
        self._edit(str(error))

    def _choose(self) -> None:
        platform = self._outlet.platform
        if not isinstance(platform, StreamsNatively):
            return
        reason = platform.refuses_stream(self._thread)
        if not reason and self._journal.answer:
            reason = "the reply was begun by an earlier process"
        if not reason and not self._free():
            reason = "no call to start a stream is free"
        if not reason:
            self._layout.stream(platform.fits_stream)
            self._use(Operation.STREAM_APPEND)
        log.info("reply.grows", thread=self._thread.id, by="edits" if reason else "native", reason=reason or "free")

    def _edit(self, reason: str) -> None:
        if self._layout.streaming:
            self._layout.streaming = False
            log.info("reply.grows", thread=self._thread.id, by="edits", reason=reason)
            self._use(Operation.EDIT)
            if self._open:
                self._join()

    def _join(self) -> None:
        """Count among the replies that share these budgets from now on."""
        self._live.close()
        self._live.enter_context(self._outlet.scheduler.live(self._keys, self._ends, self._length.usual))

    def _use(self, operation: Operation) -> None:
        """Keep the pace of these calls."""
        outlet, platform = self._outlet, self._outlet.platform
        end = Operation.STREAM_STOP if operation is Operation.STREAM_APPEND else operation
        self._ends = platform.budget_keys(end, self._thread)
        keys = self._keys = platform.budget_keys(operation, self._thread)
        gap = platform.capabilities.edit_gap
        if operation is Operation.STREAM_APPEND and isinstance(platform, StreamsNatively):
            gap = platform.stream_gap
        self.pace = Pace(gap, lambda now: outlet.scheduler.shares(keys, now))
        if self._journal.answer:
            self.pace.shown(outlet.clock.monotonic())

    def _free(self) -> bool:
        keys = self._outlet.platform.budget_keys(Operation.STREAM_START, self._thread)
        return self._outlet.scheduler.free(keys, self._outlet.clock.monotonic())

    def _watch(self, changed: asyncio.Event) -> None:
        """Roll the message that has just begun before its time is over."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.create_task(self._roll(changed), name="stream age")

    async def _roll(self, changed: asyncio.Event) -> None:
        platform = self._outlet.platform
        if isinstance(platform, StreamsNatively):
            await self._outlet.clock.sleep(platform.stream_seconds)
            self._layout.roll()
            changed.set()
