"""bridge_slack.standstill: a process that did not run for a while."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from bridge.testing import VirtualClock
from bridge_slack.standstill import PULSE_SECONDS, watch


class Sleeper(VirtualClock):
    """Time that goes on, by one of the clocks or by both, while nothing runs."""

    by_the_calendar = 0.0
    by_the_machine = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.by_the_calendar)

    def monotonic(self) -> float:
        return super().monotonic() + self.by_the_machine


@pytest.mark.parametrize(("calendar", "machine"), [(3600.0, 0.0), (3600.0, 3600.0), (0.0, 3600.0)])
async def test_standing_still_is_noticed_once_by_either_clock(calendar: float, machine: float) -> None:
    clock, noticed = Sleeper(), 0

    def notice() -> None:
        nonlocal noticed
        noticed += 1

    watching = asyncio.create_task(watch(clock, 45.0, notice))
    await clock.advance(10 * PULSE_SECONDS)
    assert noticed == 0
    clock.by_the_calendar, clock.by_the_machine = calendar, machine
    await clock.advance(10 * PULSE_SECONDS)
    assert noticed == 1
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
