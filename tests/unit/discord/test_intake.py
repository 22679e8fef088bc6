"""Events reach the core in order, however often it refuses them, and the buffer has an end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bridge import Event, Forbidden, PlatformUnavailable, StoreBusy, SystemClock
from bridge_discord.intake import Intake
from bridge_discord.pace import Timing

QUICK = Timing(retry_first=0.001, retry_last=0.002)


class Core:
    """Reads events as their own number, and refuses what it is told to."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.refusals: dict[int, list[Exception]] = {}
        self.unreadable: dict[int, list[Exception]] = {}

    async def read(self, name: str, data: Mapping[str, Any]) -> Event | None:
        for error in self.unreadable.get(data["n"], [])[:1]:
            self.unreadable[data["n"]].pop(0)
            raise error
        return data["n"]  # type: ignore[no-any-return]

    async def deliver(self, event: Any) -> None:
        for error in self.refusals.get(event, [])[:1]:
            self.refusals[event].pop(0)
            raise error
        self.taken.append(event)


async def deliver_all(core: Core, intake: Intake) -> None:
    """Hand everything on that waits."""
    working = asyncio.create_task(intake.work(core.deliver))
    async with asyncio.timeout(5):
        await intake.empty()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def test_what_the_store_refuses_is_tried_again_before_what_follows() -> None:
    core = Core()
    core.refusals = {1: [StoreBusy(), StoreBusy(), StoreBusy()]}
    core.unreadable = {2: [PlatformUnavailable()]}
    intake = Intake(core.read, SystemClock(), QUICK)
    for number in range(4):
        intake.put("MESSAGE_CREATE", {"n": number})
    await deliver_all(core, intake)
    assert core.taken == [0, 1, 2, 3]


async def test_what_cannot_be_read_is_skipped() -> None:
    core = Core()
    core.unreadable = {1: [Forbidden()], 2: [KeyError("author")]}
    intake = Intake(core.read, SystemClock(), QUICK)
    for number in range(4):
        intake.put("MESSAGE_CREATE", {"n": number})
    await deliver_all(core, intake)
    assert core.taken == [0, 3]


async def test_at_the_bound_nothing_more_is_taken_until_it_is_empty() -> None:
    core = Core()
    intake = Intake(core.read, SystemClock(), QUICK, bound=3)
    for number in range(5):
        intake.put("MESSAGE_CREATE", {"n": number})
    assert intake.overflowed.is_set()
    await deliver_all(core, intake)
    intake.put("MESSAGE_CREATE", {"n": 5})
    intake.reopen()
    intake.put("MESSAGE_CREATE", {"n": 6})
    await deliver_all(core, intake)
    assert core.taken == [0, 1, 2, 6]
