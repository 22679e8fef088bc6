"""Time that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

SETTLE_ROUNDS = 100


class VirtualClock:
    """A Clock for tests: hours pass in no time, in the same order on every run.

        clock = VirtualClock()
        waiting = asyncio.create_task(clock.sleep(60))
        await clock.advance(60)                 # the task is awake and has run
        await clock.run(something_that_sleeps())    # from deadline to deadline, until it is done

    Time moves only in `advance` and `run`. Both stop at every deadline on the way, so that sleepers wake in order and
    see the time that they asked for, and let all tasks run as far as they can in between. Tasks that wait for a thread
    or a socket are not waited for: use `eventually` for their effects.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """The start plus what has passed since."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has moved that far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), woken))
        await woken

    @property
    def next_deadline(self) -> float | None:
        """When the next sleeper wakes, as `monotonic` will say; None when nobody sleeps."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    async def advance(self, seconds: float) -> None:
        """Move on by `seconds`, waking everybody whose time comes."""
        end = self._elapsed + seconds
        await self.settle()
        while (deadline := self.next_deadline) is not None and deadline <= end:
            await self._jump(deadline)
        self._elapsed = end
        await self.settle()

    async def run(self, work: Awaitable[T], *, limit: float = 86400.0) -> T:
        """Await `work`, jumping to the next deadline whenever all tasks wait.

        Raises TimeoutError when `limit` seconds of this clock have passed, and AssertionError when `work` waits for
        something that is not this clock.
        """
        task = asyncio.ensure_future(work)
        end = self._elapsed + limit
        try:
            await self.settle()
            while not task.done():
                deadline = self.next_deadline
                if deadline is None:
                    raise AssertionError("everything waits, and nobody for this clock")
                if deadline > end:
                    raise TimeoutError(f"not done within {limit:g} s of virtual time")
                await self._jump(deadline)
            return task.result()
        finally:
            task.cancel()

    async def settle(self) -> None:
        """Let every task run until it waits for something, without moving the time."""
        for _ in range(SETTLE_ROUNDS):
            await asyncio.sleep(0)

    async def _jump(self, deadline: float) -> None:
        self._elapsed = deadline
        while self.next_deadline == deadline:
            heapq.heappop(self._sleepers)[2].set_result(None)
        await self.settle()
