"""What an earlier process may have spent."""

from __future__ import annotations

import pytest

from bridge.budget.bucket import Bucket
from bridge.budget.scheduler import Priority, Scheduler
from bridge.platform import Budget, BudgetKey
from bridge.testing import VirtualClock


def test_a_bucket_that_was_empty_fills_from_then_on() -> None:
    bucket = Bucket(Budget(burst=5, rate=0.5), 12.0, spent_at=10.0)
    assert bucket.tokens(12.0) == pytest.approx(1.0)
    assert bucket.tokens(60.0) == 5.0


async def test_the_first_call_after_an_interruption_waits_for_one_refill() -> None:
    clock = VirtualClock()
    scheduler = Scheduler(clock, {"post": Budget(burst=5, rate=0.5)})
    scheduler.spent()
    calls: list[float] = []

    async def call() -> None:
        calls.append(clock.monotonic())

    for _ in range(2):
        await clock.run(scheduler.run(Priority.FINAL, [BudgetKey("post")], call))
    assert calls == pytest.approx([2.0, 4.0])
