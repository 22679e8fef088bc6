"""Wakes those who wait for a token when it is there: one timer for all buckets, and none while nobody waits."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Sequence

from bridge.budget.waiting import Queue
from bridge.clock import Clock


class Alarm:
    """Calls `due` with the queues in which somebody can be served by now."""

    def __init__(self, clock: Clock, due: Callable[[Sequence[Queue]], None]) -> None:
        self._clock = clock
        self._due = due
        self._order = itertools.count()
        self._wakes: list[tuple[float, int, Queue]] = []
        self._timer: asyncio.Task[None] | None = None
        self._timer_at = 0.0

    def watch(self, queue: Queue, now: float) -> None:
        """Note when somebody in this queue can be served, if that has changed. `arm` has to follow."""
        wake_at = queue.next_at(now)
        if wake_at != queue.wake_at:
            queue.wake_at = wake_at
            if wake_at is not None:
                heapq.heappush(self._wakes, (wake_at, next(self._order), queue))

    def arm(self) -> None:
        """Have the timer run until the earliest moment that was noted."""
        while self._wakes and self._wakes[0][0] != self._wakes[0][2].wake_at:
            heapq.heappop(self._wakes)
        if self._timer is not None:
            if self._wakes and self._timer_at <= self._wakes[0][0]:
                return
            self._timer.cancel()
            self._timer = None
        if self._wakes:
            self._timer_at = self._wakes[0][0]
            self._timer = asyncio.create_task(self._wake(self._timer_at), name="budget timer")

    async def _wake(self, at: float) -> None:
        await self._clock.sleep(at - self._clock.monotonic())
        self._timer = None
        now = self._clock.monotonic()
        due = []
        while self._wakes and self._wakes[0][0] <= max(now, at):
            wake_at, _, queue = heapq.heappop(self._wakes)
            if wake_at == queue.wake_at:
                queue.wake_at = None
                due.append(queue)
        self._due(due)
