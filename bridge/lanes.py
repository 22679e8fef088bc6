"""One ordered lane per thread with work in it: threads never wait for each other, and an idle one costs nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bridge.clock import Clock, within
from bridge.conversation import Conversation
from bridge.errors import StoreBusy, StoreInUse, StoreUnusable
from bridge.model import InstanceName, Message
from bridge.reply.insist import Backoff

log = structlog.get_logger(__name__)

FAILURES = 3
"""So often in a row one thing in a lane may fail unforeseen before it is given up."""


@dataclass(eq=False, slots=True)
class Lane:
    """The work of one thread while there is some."""

    thread_id: int
    conversation: Conversation
    woken: bool = True
    failures: int = 0
    backoff: Backoff = field(default_factory=Backoff)


class Lanes:
    """Runs the conversations that have work. `converse` makes the one of a thread."""

    def __init__(self, clock: Clock, converse: Callable[[int], Conversation]) -> None:
        self._clock = clock
        self._converse = converse
        self._lanes: dict[int, Lane] = {}
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._draining = False

    def wake(self, thread_id: int, message: Message | None = None) -> None:
        """There is work in a thread, such as `message`, which is stored already. Never blocks."""
        lane = self._lanes.get(thread_id)
        if lane is not None:
            lane.woken = True
            if message is not None:
                lane.conversation.heard(message)
        elif not self._draining:
            lane = self._lanes[thread_id] = Lane(thread_id, self._converse(thread_id))
            self._tasks[lane] = task = asyncio.create_task(self._run(lane), name=f"lane {thread_id}")
            task.add_done_callback(lambda _: self._forget(lane))  # one that is cancelled at once does not even begin

    def stop(self, thread_id: int, at: datetime) -> None:
        """Nobody wants the rest of the answer that was written in a thread then, if it still is. Never blocks."""
        self.wake(thread_id)  # an answer that an earlier process left may not be taken up yet
        lane = self._lanes.get(thread_id)
        if lane is not None:
            lane.conversation.stop(at)

    def changed(self, thread_id: int, turn_id: int | None) -> None:
        """A question or answer was changed or deleted, and that is stored: of this turn, or one that waits.

        Never blocks.
        """
        lane = self._lanes.get(thread_id)
        if lane is not None:
            lane.conversation.changed(turn_id)
        self.wake(thread_id)

    async def drain(self, grace: float) -> int:
        """Begin nothing more, let running turns finish for `grace` seconds, and park the others.

        Returns how many were parked: the next process takes them up where they are.
        """
        self._draining = True
        self._cancel(lambda lane: lane.conversation.waiting)
        if self._tasks:
            timer = asyncio.create_task(self._clock.sleep(grace))
            lanes = asyncio.create_task(self._finished())
            await asyncio.wait({timer, lanes}, return_when=asyncio.FIRST_COMPLETED)
            timer.cancel()
            lanes.cancel()
        parked = len(self._tasks)
        await self.park()
        return parked

    async def leave(self, instance: InstanceName, grace: float) -> int:
        """Let the running turns of one platform instance, where nothing more begins, finish for `grace` seconds.

        Returns how many were parked after that: they go on when an instance of this name is there again.
        """

        def there(lane: Lane) -> bool:
            return lane.conversation.instance == instance

        self._cancel(lambda lane: there(lane) and lane.conversation.waiting)
        with contextlib.suppress(TimeoutError):
            await within(self._clock, grace, self._finished(there))
        parked = sum(map(there, self._tasks))
        self._cancel(there)
        await self._finished(there)
        return parked

    async def park(self) -> None:
        """Leave every turn where it is, at once."""
        self._draining = True
        self._cancel(lambda lane: True)
        await self._finished()

    async def _finished(self, which: Callable[[Lane], bool] = lambda lane: True) -> None:
        while tasks := [task for lane, task in self._tasks.items() if which(lane)]:
            await asyncio.wait(tasks)

    def _cancel(self, which: Callable[[Lane], bool]) -> None:
        for lane, task in list(self._tasks.items()):
            if which(lane):
                task.cancel()

    async def _run(self, lane: Lane) -> None:
        try:
            while not self._draining:
                lane.woken = False
                if not await self._step(lane) and not lane.woken:
                    return
        finally:
            self._forget(lane)

    def _forget(self, lane: Lane) -> None:
        if self._tasks.pop(lane, None) is not None:
            del self._lanes[lane.thread_id]

    async def _step(self, lane: Lane) -> bool:
        """One step of the conversation; what fails is tried again, more and more slowly."""
        try:
            worked = await lane.conversation.step()
        except (StoreBusy, StoreInUse, StoreUnusable) as error:
            # What cannot be written down cannot be given up: it stays until the database is back, or for its taker.
            log.error("lane.store", thread=lane.thread_id, reason=str(error))
        except Exception as error:
            log.exception("lane.failed", thread=lane.thread_id)
            lane.failures += 1
            if lane.failures >= FAILURES:
                await self._give_up(lane, error)
        else:
            lane.failures = 0
            lane.backoff.reset()
            return worked
        await self._clock.sleep(lane.backoff.wait())
        return True

    async def _give_up(self, lane: Lane, error: Exception) -> None:
        try:
            await lane.conversation.give_up(error)
        except Exception:
            log.exception("lane.not_given_up", thread=lane.thread_id)
        else:
            lane.failures = 0
