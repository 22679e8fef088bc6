"""How a reply grows on screen: as messages that the platform lets grow, or by edits; chosen for each reply."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Self

import structlog

from bridge.budget.scheduler import Scheduler
from bridge.errors import InstanceFailed, PlatformError, PlatformUnavailable, RateLimited, StreamStopped
from bridge.model import ThreadRef, UserId
from bridge.platform import BudgetKey, Operation, StreamsNatively
from bridge.reply.journal import Journal
from bridge.reply.layout import Layout, Step
from bridge.reply.outlet import Outlet
from bridge.reply.pacing import Length, Pace, lag

log = structlog.get_logger(__name__)

FIRST_COUNTS = 1.25
NATIVE = {Operation.STREAM_START, Operation.STREAM_APPEND, Operation.STREAM_STOP}


def delay(
    scheduler: Scheduler, first: Sequence[BudgetKey], middle: Sequence[BudgetKey], seconds: float, now: float
) -> float:
    """What one reply more would wait for its first text, and then on average for newer text, written for `seconds`.

    The first text counts more: until it is there, nobody knows that they were heard. Nothing counts where it can be
    shown at once: who comes first takes the way that is liked best.
    """
    wait = scheduler.wait(first, now)
    return FIRST_COUNTS * wait + lag(scheduler.shares(middle, now), seconds, scheduler.ahead(first)) if wait else 0.0


class Growth:
    """Chooses, keeps the pace, and goes back to edits when native streaming fails. A context while the reply grows."""

    def __init__(
        self,
        outlet: Outlet,
        thread: ThreadRef,
        length: Length,
        *,
        layout: Layout,
        journal: Journal,
        asker: UserId,
        stopped: Callable[[], object],
    ) -> None:
        self._outlet = outlet
        self._thread = thread
        self._length = length
        self._layout = layout
        self._journal = journal
        self._asker = asker
        self._stopped = stopped
        self._live = ExitStack()
        self._open = self._joined = False
        self._timer: asyncio.Task[None] | None = None
        self._use(Operation.EDIT)
        self._choose()

    def __enter__(self) -> Self:
        self._open = True
        if self._journal.answer:
            self._join()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._live.close()
        if self._timer is not None:
            self._timer.cancel()

    def ready(self, step: Step) -> bool:
        """Whether to make this step. When another kind of call shows its text sooner, the next step is that one."""
        if step.operation is Operation.STREAM_START and not self._sooner(whole=step.part.final):
            self._edit("edits show its text sooner")
            return False
        if step.operation is Operation.STREAM_STOP and not self._shows(step):
            self._layout.append_ends = self._wait(Operation.STREAM_APPEND) < self._wait(Operation.STREAM_STOP)
            return not self._layout.append_ends
        return True

    def _shows(self, step: Step) -> bool:
        """Whether the message shows all that it is to show, and only has to be ended."""
        there = self._journal.answer[step.number]
        return there.whole and there.text == step.part.text

    def shown(self, at: float) -> None:
        """A call that began at this moment has brought newer text to the screen."""
        self.pace.shown(at)
        if self._open and not self._joined:
            self._join()

    async def make(self, step: Step, changed: asyncio.Event) -> None:
        """Make a native call; `changed` is set when the message has grown for long enough. Raises PlatformError."""
        if step.operation is Operation.STREAM_START:
            await self._journal.start(step.part, self._asker, step.tasks)
            if self._open:
                self._watch(changed)
        elif step.operation is Operation.STREAM_APPEND:
            await self._journal.append(step.number, step.part, step.tasks)
        else:
            await self._journal.stop(step.number, step.part)
        self._layout.told(step.tasks)

    def failed(self, step: Step, error: PlatformError) -> None:
        """A native call went wrong. What may go through later is tried again, all else is finished by edits."""
        if isinstance(error, InstanceFailed):
            return
        if isinstance(error, StreamStopped):
            self._stopped()
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
        if not reason and not self._sooner():
            reason = "edits show its text sooner"
        if not reason:
            self._layout.stream(platform.fits_stream)
            self._use(Operation.STREAM_APPEND)
        log.info("reply.grows", thread=self._thread.id, by="edits" if reason else "native", reason=reason or "free")

    def _edit(self, reason: str) -> None:
        if self._layout.streaming:
            self._layout.streaming = False
            log.info("reply.grows", thread=self._thread.id, by="edits", reason=reason)
            self._use(Operation.EDIT)
            if self._joined and self._open:
                self._join()

    def _join(self) -> None:
        """Count among the replies that share these budgets from now on: with a first text on screen, not before."""
        self._live.close()
        self._joined = True
        scheduler = self._outlet.scheduler
        ends = self._ends if scheduler.keeps(self._ends) else self._keys
        self._live.enter_context(scheduler.live(self._keys, ends, self._length.usual))

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

    def _sooner(self, *, whole: bool = False) -> bool:
        """Whether text would be on screen sooner by a native stream than by edits; a `whole` text is one post."""
        if whole:
            return self._wait(Operation.STREAM_START) < self._wait(Operation.POST)
        native = self._delay(Operation.STREAM_START, Operation.STREAM_APPEND)
        return native <= self._delay(Operation.POST, Operation.EDIT)

    def _delay(self, first: Operation, middle: Operation) -> float:
        outlet, keys = self._outlet, self._outlet.platform.budget_keys
        now, usual = outlet.clock.monotonic(), self._length.usual
        return delay(outlet.scheduler, keys(first, self._thread), keys(middle, self._thread), usual, now)

    def _wait(self, operation: Operation) -> float:
        outlet = self._outlet
        return outlet.scheduler.wait(outlet.platform.budget_keys(operation, self._thread), outlet.clock.monotonic())

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
