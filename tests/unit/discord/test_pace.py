"""How often a connection is tried, on a clock that a test moves."""

from __future__ import annotations

from bridge.testing import VirtualClock
from bridge_discord.pace import HOUR, Pace, Timing

TIMING = Timing()


async def elapsed(clock: VirtualClock, work: object) -> float:
    """How long it takes."""
    before = clock.monotonic()
    await clock.run(work)  # type: ignore[arg-type]
    return clock.monotonic() - before


async def test_the_first_and_what_follows_a_stable_connection_start_at_once() -> None:
    clock = VirtualClock()
    pace = Pace(clock, TIMING)
    for _ in range(5):
        assert await elapsed(clock, pace.connect()) == 0
        await clock.advance(TIMING.stable_after)


async def test_short_connections_make_the_next_wait_longer() -> None:
    clock = VirtualClock()
    pace = Pace(clock, TIMING)
    delays = [await elapsed(clock, pace.connect()) for _ in range(12)]
    assert delays[:2] == [0, 0]
    for number, delay in enumerate(delays[2:]):
        ceiling = min(TIMING.last_delay, TIMING.first_delay * 2**number)
        assert ceiling / 2 <= delay <= ceiling


async def test_sessions_start_five_seconds_apart() -> None:
    clock = VirtualClock()
    pace = Pace(clock, TIMING)
    assert await elapsed(clock, pace.identify()) == 0
    assert await elapsed(clock, pace.identify()) == TIMING.identify_gap
    await clock.advance(60)
    assert await elapsed(clock, pace.identify()) == 0


async def test_a_day_of_trouble_stays_below_what_resets_the_token() -> None:
    clock = VirtualClock()
    pace = Pace(clock, TIMING)
    count = 0
    while clock.monotonic() < 24 * HOUR:
        await clock.run(pace.identify())
        count += 1
    assert 900 <= count < 1000
