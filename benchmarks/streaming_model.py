"""Replies on virtual time: the real `Pace` and `Scheduler` against buckets that refuse what a platform would refuse."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bridge.budget.scheduler import Priority, Scheduler
from bridge.errors import RateLimited
from bridge.platform import Budget, BudgetKey
from bridge.reply.pacing import Length, Pace
from bridge.testing.clock import VirtualClock

PER_SECOND = 20
"""Deltas that a chatbot writes."""
NEARLY = 1e-9
DELAY = (0.01, 0.04)
"""Seconds between which a call is on its way to the platform, and its response back."""


@dataclass(frozen=True, slots=True)
class Surface:
    """How replies are shown: the buckets of a first text, of newer text and of the end, and how they are counted."""

    budgets: Mapping[str, Budget]
    first: str
    middle: str
    final: str
    edit_gap: float
    window: float | None = None
    """Seconds after whose end a platform counts anew, when it counts so and tells what is left; else a token bucket."""
    per_thread: bool = False

    def key(self, name: str, reply: int) -> BudgetKey:
        """The bucket that a reply's call counts in."""
        return BudgetKey(name, str(reply) if self.per_thread else "")


@dataclass
class Counter:
    """What a platform counts for one bucket."""

    budget: Budget
    window: float | None
    level: float = 0.0
    at: float = float("-inf")

    def take(self, now: float) -> float | None:
        """Count a call that arrives; when there is no room for it, the seconds to wait."""
        if self.window is None:
            self.level = min(self.budget.burst, self.level + (now - self.at) * self.budget.rate)
            self.at = now
        elif now >= self.at + self.window:
            self.level, self.at = self.budget.burst, now
        if self.level < 1.0 - 1e-6:
            return (1.0 - self.level) / self.budget.rate if self.window is None else self.at + self.window - now
        self.level -= 1.0
        return None


@dataclass
class Shown:
    """What became of one reply: when it was asked for, when its deltas came, and when how many of them were visible."""

    arrivals: Sequence[float]
    visible: list[tuple[float, int]] = field(default_factory=list)

    @property
    def staleness(self) -> float:
        """The mean time from a delta to its first visible moment."""
        waited, before = 0.0, 0
        for at, count in self.visible:
            waited += sum(at - arrival for arrival in self.arrivals[before:count])
            before = max(before, count)
        return waited / len(self.arrivals)

    @property
    def first_paint(self) -> float:
        """From the first delta to the first visible one."""
        return self.visible[0][0] - self.arrivals[0]

    @property
    def final_lag(self) -> float:
        """From the last delta to the moment when it was visible."""
        return self.visible[-1][0] - self.arrivals[-1]


class Stage:
    """A platform, the scheduler in front of it, and the replies of one run. `fixed` edits by a timer instead."""

    def __init__(self, surface: Surface, length: Length, fixed: float | None = None) -> None:
        self.clock = VirtualClock()
        self.calls = 0
        self.refused = 0
        self._surface = surface
        self._length = length
        self._fixed = fixed
        self._scheduler = Scheduler(self.clock, surface.budgets)
        self._counters: dict[BudgetKey, Counter] = {}
        self._random = random.Random(1)  # noqa: S311 - the same delays in each run

    async def play(self, replies: Sequence[Sequence[float]]) -> list[Shown]:
        """Write all these replies and return what was visible when."""
        shown = [Shown(arrivals) for arrivals in replies]
        await asyncio.gather(*(self._reply(number, one) for number, one in enumerate(shown)))
        return shown

    async def _reply(self, number: int, shown: Shown) -> None:
        surface = self._surface
        middle = surface.key(surface.middle, number)
        pace = Pace(surface.edit_gap, lambda now: self._scheduler.shares([middle], now), self._length)
        await self._until(shown.arrivals[0])
        end = shown.arrivals[-1]
        with self._scheduler.live([middle]):
            while not shown.visible:
                await self._show(Priority.FIRST, surface.key(surface.first, number), shown)
            pace.shown(self.clock.monotonic())
            while (now := self.clock.monotonic()) < end:
                due = now + self._fixed if self._fixed is not None else pace.next_at(now)
                newer = bisect_right(shown.arrivals, now + NEARLY) > shown.visible[-1][1]
                due = max(due, now if newer else shown.arrivals[shown.visible[-1][1]])
                await self._until(min(due, end))
                if due >= end or not await self._before(end, Priority.MIDDLE, middle, shown):
                    continue
                pace.shown(self.clock.monotonic())
        while shown.visible[-1][1] < len(shown.arrivals):
            await self._show(Priority.FINAL, surface.key(surface.final, number), shown)

    async def _before(self, end: float, priority: Priority, key: BudgetKey, shown: Shown) -> bool:
        """Show newer text, but give it up at `end` while it waits for its turn. Whether it was shown."""
        admitted = asyncio.Event()
        call = asyncio.create_task(self._show(priority, key, shown, admitted))
        ending = asyncio.create_task(self._until(end))
        await asyncio.wait({call, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not call.done() and not admitted.is_set():
            call.cancel()
        await asyncio.wait({call})
        return not call.cancelled() and call.result()

    async def _show(
        self, priority: Priority, key: BudgetKey, shown: Shown, admitted: asyncio.Event | None = None
    ) -> bool:
        """Make one call, with the text as it is by then. False when the platform refused it."""

        async def call() -> None:
            if admitted is not None:
                admitted.set()
            count = bisect_right(shown.arrivals, self.clock.monotonic() + NEARLY)
            await self._travel()
            self.calls += 1
            now = self.clock.monotonic()
            counter = self._counter(key)
            wait = counter.take(now)
            if wait is None:
                shown.visible.append((now, count))
            await self._travel()
            if wait is not None:
                self.refused += 1
                raise RateLimited(retry_after=wait)
            if counter.window is not None and self._fixed is None:
                self._tell(key, counter)

        try:
            if self._fixed is None:
                await self._scheduler.run(priority, [key], call, weight=lambda: self._urgency(shown))
            else:
                await call()
        except RateLimited as error:
            if self._fixed is not None:
                await self.clock.sleep(error.retry_after)
            return False
        return True

    def _tell(self, key: BudgetKey, counter: Counter) -> None:
        """The headers of a response."""
        now = self.clock.monotonic()
        reset_after = counter.at + (counter.window or 0.0) - now
        self._scheduler.observe(
            key, limit=counter.budget.burst, remaining=counter.level, reset_after=reset_after, completed_at=now
        )

    def _urgency(self, shown: Shown) -> float:
        now = self.clock.monotonic()
        at, count = shown.visible[-1] if shown.visible else (shown.arrivals[0], 0)
        return (bisect_right(shown.arrivals, now) - count) * (now - at)

    def _counter(self, key: BudgetKey) -> Counter:
        budget = self._surface.budgets[key.name]
        return self._counters.setdefault(key, Counter(budget, self._surface.window, budget.burst, float("-inf")))

    async def _travel(self) -> None:
        await self.clock.sleep(self._random.uniform(*DELAY))

    async def _until(self, moment: float) -> None:
        await self.clock.sleep(max(0.0, moment - self.clock.monotonic()))
