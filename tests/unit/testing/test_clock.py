"""Virtual time moves only when a test moves it, and in order."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bridge import within
from bridge.testing import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2030, 6, 1, tzinfo=UTC))


async def test_time_stands_still(clock: VirtualClock) -> None:
    before = clock.now(), clock.monotonic()
    await clock.settle()
    assert (clock.now(), clock.monotonic()) == before == (datetime(2030, 6, 1, tzinfo=UTC), 0.0)


async def test_both_times_move_together(clock: VirtualClock) -> None:
    await clock.advance(90)
    assert clock.monotonic() == 90
    assert clock.now() == datetime(2030, 6, 1, tzinfo=UTC) + timedelta(seconds=90)


async def test_sleepers_wake_in_order_and_see_their_time(clock: VirtualClock) -> None:
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, *times: float) -> None:
        for seconds in times:
            await clock.sleep(seconds)
            woken.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as group:
        group.create_task(sleep("a", 2, 2))
        group.create_task(sleep("b", 3))
        group.create_task(sleep("c", 3, 3600))
        await clock.advance(3.5)
        assert woken == [("a", 2), ("b", 3), ("c", 3)]
        await clock.advance(4000)
    assert woken[3:] == [("a", 4), ("c", 3603)]


async def test_nobody_wakes_early(clock: VirtualClock) -> None:
    task = asyncio.create_task(clock.sleep(10))
    await clock.advance(9.999)
    assert not task.done()
    await clock.advance(0.001)
    assert task.done()


async def test_a_cancelled_sleeper_is_forgotten(clock: VirtualClock) -> None:
    task = asyncio.create_task(clock.sleep(10))
    await clock.settle()
    assert clock.next_deadline == 10
    task.cancel()
    await clock.settle()
    assert clock.next_deadline is None


async def test_sleeping_no_time_only_yields(clock: VirtualClock) -> None:
    await clock.sleep(0)
    await clock.sleep(-1)
    assert clock.monotonic() == 0


async def test_run_jumps_to_the_end(clock: VirtualClock) -> None:
    async def a_day() -> str:
        for _ in range(24):
            await clock.sleep(3600)
        return "done"

    assert await clock.run(a_day()) == "done"
    assert clock.monotonic() == 86400


async def test_run_gives_up_at_its_limit(clock: VirtualClock) -> None:
    with pytest.raises(TimeoutError, match="not done within 60 s of virtual time"):
        await clock.run(clock.sleep(61), limit=60)
    assert clock.next_deadline is None


async def test_run_says_when_nothing_can_happen(clock: VirtualClock) -> None:
    with pytest.raises(AssertionError, match="nobody for this clock"):
        await clock.run(asyncio.Event().wait())


async def test_a_deadline_of_the_core_works_on_it(clock: VirtualClock) -> None:
    with pytest.raises(TimeoutError):
        await clock.run(within(clock, 5, clock.sleep(6)))
    assert clock.monotonic() == 5
    assert await clock.run(within(clock, 5, asyncio.sleep(0, "in time"))) == "in time"
