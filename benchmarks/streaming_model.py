"""Replies on virtual time: the real `Pace` and `Scheduler` against a platform that refuses what a real one would."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_right
from collections.abc import Coroutine, Sequence
from typing import Any

from benchmarks.shown import NEARLY, Counter, Shown
from benchmarks.surfaces import Growing, Stand
from bridge.budget.scheduler import Priority, Scheduler
from bridge.errors import RateLimited
from bridge.model import ThreadRef
from bridge.platform import BudgetKey, Operation
from bridge.reply.growth import delay
from bridge.reply.pacing import Length, Pace
from bridge.testing.clock import VirtualClock

DELAY = (0.01, 0.04)
"""Seconds between which a call is on its way to the platform, and its response back."""
ROUNDS = 12
"""As many steps as any task here makes between two moments."""


class Clock(VirtualClock):
    """Virtual time that is not patient with tasks of strangers."""

    async def settle(self) -> None:
        for _ in range(ROUNDS):
            await asyncio.sleep(0)


class Stage:
    """A platform, the scheduler in front of it, and the replies of one run.

    `timer` shows newer text so often and asks nobody, as others do; a refusal is waited out.
    """

    def __init__(self, stand: Stand, length: Length, timer: float | None = None) -> None:
        self.clock = Clock()
        self.calls = 0
        self.refused = 0
        self._stand = stand
        self._length = length
        self._timer = timer
        self._scheduler = Scheduler(self.clock, stand.capabilities.budgets)
        self._counters: dict[BudgetKey, Counter] = {}
        self._flying: set[asyncio.Task[Any] | None] = set()
        self._random = random.Random(1)  # noqa: S311 - the same delays in each run

    async def play(self, replies: Sequence[Sequence[float]]) -> list[Shown]:
        """Write all these replies and return what was visible when."""
        shown = [Shown(arrivals) for arrivals in replies]
        await asyncio.gather(*(self._reply(self._stand.thread(number), one) for number, one in enumerate(shown)))
        return shown

    async def _reply(self, thread: ThreadRef, shown: Shown) -> None:
        await self._until(shown.arrivals[0])
        await (self._paced(thread, shown) if self._timer is None else self._timed(thread, shown, self._timer))

    async def _paced(self, thread: ThreadRef, shown: Shown) -> None:
        """As the bridge does it: every call passes the scheduler."""
        end = shown.arrivals[-1]
        await self._before(end, self._begin(thread, shown))
        way = shown.way
        if way is None:  # ended before it could be begun
            await self._whole(thread, shown)
            return
        middles, last = self._keys(way.middle, thread), self._keys(way.last, thread)
        pace = Pace(way.least_gap, lambda now: self._scheduler.shares(middles, now))
        pace.shown(shown.visible[0][0])
        with self._scheduler.live(middles, last if self._scheduler.keeps(last) else middles, self._length.usual):
            while (now := self.clock.monotonic()) < end - NEARLY:
                if (due := pace.next_at(now, shown.behind(now)) if shown.newer(now) else shown.next_arrival()) > now:
                    await self._until(min(due, end))
                else:
                    await self._until(min(shown.coming(now), now + pace.linger(now, shown.behind(now))))
                    await self._before(end, self._show(Priority.MIDDLE, way.middle, thread, shown, pace))
        await self._end(way, thread, shown)

    async def _begin(self, thread: ThreadRef, shown: Shown) -> None:
        """Show the first text in the way that `Growth` would choose."""
        way = min(self._stand.ways, key=lambda way: self._delay(way, thread))
        while not await self._show(Priority.FIRST, way.first, thread, shown):
            pass
        shown.way = way

    async def _whole(self, thread: ThreadRef, shown: Shown) -> None:
        """Show a text that is complete and not begun."""
        way = min(reversed(self._stand.ways), key=lambda way: self._wait(way.first, thread))
        while not await self._show(Priority.FINAL, way.first, thread, shown):
            pass
        await self._end(way, thread, shown)

    async def _end(self, way: Growing, thread: ThreadRef, shown: Shown) -> None:
        """Show the rest, as newer text where that is sooner, and end what grows."""
        stopped = way.last is way.middle and shown.complete
        while not stopped:
            later = self._wait(way.last, thread) > self._wait(way.middle, thread) and not shown.complete
            end_by = way.middle if later else way.last
            stopped = await self._show(Priority.FINAL, end_by, thread, shown) and end_by is way.last

    async def _timed(self, thread: ThreadRef, shown: Shown, timer: float) -> None:
        """As others do it: whenever the timer says so; a refusal is waited out."""
        way, end = self._stand.ways[0], shown.arrivals[-1]
        while not shown.visible:
            if wait := await self._call(way.first, thread, shown):
                if way is self._stand.ways[-1]:
                    await self.clock.sleep(wait)
                way = self._stand.ways[-1]
        while (now := self.clock.monotonic()) + timer < end:
            await self._until(max(now + timer, 0.0 if shown.newer(now + timer) else shown.next_arrival()))
            while wait := await self._call(way.middle, thread, shown):
                await self.clock.sleep(wait)
        await self._until(end)
        stopped = way.last is way.middle and shown.complete
        while not stopped:
            wait = await self._call(way.last, thread, shown)
            await self.clock.sleep(wait)
            stopped = not wait

    async def _before(self, end: float, work: Coroutine[None, None, bool | None]) -> None:
        """Show newer text, but give it up at `end` while it waits for its turn."""
        call, ending = asyncio.create_task(work), asyncio.create_task(self._until(end))
        await asyncio.wait({call, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not call.done() and call not in self._flying:
            call.cancel()
        await asyncio.wait({call})

    async def _show(
        self, priority: Priority, operation: Operation, thread: ThreadRef, shown: Shown, pace: Pace | None = None
    ) -> bool:
        """Make one call when the scheduler lets it, with the text as it is by then. False when it was refused."""
        began = 0.0
        task = asyncio.current_task()

        async def call() -> None:
            nonlocal began
            began = self.clock.monotonic()
            self._flying.add(task)
            try:
                if wait := await self._call(operation, thread, shown):
                    raise RateLimited(retry_after=wait)
            finally:
                self._flying.discard(task)

        try:
            await self._scheduler.run(
                priority, self._keys(operation, thread), call, weight=lambda: shown.urgency(self.clock.monotonic())
            )
        except RateLimited:
            return False
        if pace is not None:
            pace.shown(began)
        return True

    async def _call(self, operation: Operation, thread: ThreadRef, shown: Shown) -> float:
        """One call and its response; when it was refused, the seconds to wait."""
        keys = self._keys(operation, thread)
        count = bisect_right(shown.arrivals, self.clock.monotonic() + NEARLY)
        await self._travel()
        self.calls += 1
        now = self.clock.monotonic()
        counters = [self._counter(key) for key in keys if key.name in self._stand.limits]
        wait = max((counter.wait(now) for counter in counters), default=0.0)
        if wait:
            self.refused += 1
        else:
            for counter in counters:
                counter.level -= 1.0
            shown.visible.append((now, count))
        await self._travel()
        if self._timer is None:
            for key in keys:
                self._tell(key)
        return wait

    def _tell(self, key: BudgetKey) -> None:
        """The headers of a response."""
        counter, now = self._counters.get(key), self.clock.monotonic()
        if counter is not None and counter.limit.told and counter.limit.seconds is not None:
            limit, until = counter.limit.budget.burst, counter.at + counter.limit.seconds - now
            self._scheduler.observe(key, limit=limit, remaining=counter.level, reset_after=until, completed_at=now)

    def _wait(self, operation: Operation, thread: ThreadRef) -> float:
        return self._scheduler.wait(self._keys(operation, thread), self.clock.monotonic())

    def _delay(self, way: Growing, thread: ThreadRef) -> float:
        """By which `Growth` chooses."""
        first, middle = self._keys(way.first, thread), self._keys(way.middle, thread)
        return delay(self._scheduler, first, middle, self._length.usual, self.clock.monotonic())

    def _keys(self, operation: Operation, thread: ThreadRef) -> Sequence[BudgetKey]:
        return self._stand.keys(operation, thread)

    def _counter(self, key: BudgetKey) -> Counter:
        limit = self._stand.limits[key.name]
        return self._counters.setdefault(key, Counter(limit, limit.budget.burst))

    async def _travel(self) -> None:
        await self.clock.sleep(self._random.uniform(*DELAY))

    async def _until(self, moment: float) -> None:
        await self.clock.sleep(max(0.0, moment - self.clock.monotonic()))
