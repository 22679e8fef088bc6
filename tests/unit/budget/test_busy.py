"""A process that has much to do makes calls later than it admitted them."""

from __future__ import annotations

import asyncio

from hypothesis import example, given
from hypothesis import strategies as st

from bridge.budget.scheduler import Priority, Scheduler
from bridge.platform import Budget, BudgetKey
from bridge.testing import VirtualClock

KEY = BudgetKey("fast")
BUDGET = Budget(burst=20, rate=100)


class BusyClock(VirtualClock):
    """Virtual time that also passes while the event loop is busy: whoever sleeps wakes so much later."""

    worked = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.worked


@example([0.2] * 20)
@given(st.lists(st.floats(0, 0.5), min_size=20, max_size=40))
def test_calls_that_are_held_up_are_still_within_the_limit(work: list[float]) -> None:
    """Tokens come in for those who wait, but others, who are busy, go on before them and call too."""
    clock = BusyClock()
    scheduler = Scheduler(clock, {KEY.name: BUDGET})
    left, counted_at = BUDGET.burst, 0.0

    async def call() -> None:
        nonlocal left, counted_at
        now = clock.monotonic()
        left = min(BUDGET.burst, left + (now - counted_at) * BUDGET.rate) - 1
        counted_at = now
        assert left >= -1e-6

    async def wanted() -> None:
        await scheduler.run(Priority.FINAL, [KEY], call)

    async def busy(seconds: float) -> None:
        await clock.sleep(1 / BUDGET.rate)
        clock.worked += seconds
        await wanted()

    async def everything() -> None:
        await asyncio.gather(*(wanted() for _ in range(50)), *map(busy, work))

    asyncio.run(clock.run(everything()))
