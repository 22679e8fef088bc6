"""Who may call the platform next. One scheduler per platform instance; every call passes it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from bridge.budget.alarm import Alarm
from bridge.budget.bucket import Bucket
from bridge.budget.waiting import Priority, Queue, Share, Waiter
from bridge.budget.window import Window
from bridge.clock import Clock
from bridge.errors import PluginError, RateLimited
from bridge.platform import Budget, BudgetKey

__all__ = ["Priority", "Scheduler", "Share"]

T = TypeVar("T")

_MANY = 4096
"""Buckets that are kept before the idle ones among them are forgotten."""


class Scheduler:
    """Gives out the tokens of a platform instance's buckets, the most urgent call first.

    A call that waits is queued at one bucket that lacks a token for it, never at one that has some, so that calls
    with different buckets do not hold each other up. `overtaking` is for `Bucket`. `permit` is called before each call
    and raises where that must not be made.
    """

    def __init__(
        self,
        clock: Clock,
        budgets: Mapping[str, Budget],
        overtaking: float = 0.25,
        permit: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self.permit = permit
        self._overtaking = overtaking
        self._budgets = budgets
        self._queues: dict[BudgetKey, Queue] = {}
        self._forget_at = _MANY
        self._spent_at: float | None = None
        self._order = itertools.count()
        self._alarm = Alarm(clock, self._serve)

    async def run(
        self,
        priority: Priority,
        keys: Sequence[BudgetKey],
        call: Callable[[], Awaitable[T]],
        weight: Callable[[], float] | None = None,
        admitted: Callable[[], None] | None = None,
    ) -> T:
        """Wait until every bucket of `keys` has a token for this call, take one from each, and make the call.

        The lowest `priority` goes first; among FINALs, MIDDLEs and ACTIVITYs who has no weight, and then the greatest
        `weight()`, asked whenever a token is there; then the oldest. `admitted` is called just before `call`, with
        nothing awaited between. Neither may block or raise.

        Cancelling is safe: who waits takes no token, who was only just admitted gives it back, and a call under way
        keeps it. Raises what `permit` or the call raises; RateLimited empties buckets until its `retry_after` first:
        those that `observe` knows to be empty, or else all of `keys`.
        """
        queues = [self._queue(key) for key in dict.fromkeys(keys)]
        waiter = Waiter(priority, queues, weight, next(self._order))
        await self._admission(waiter)
        waiter.sent(self._clock.monotonic())
        try:
            self.permit()
            if admitted is not None:
                admitted()
            result = await call()
        except RateLimited as error:
            self._limited(queues, error.retry_after)
            raise
        finally:
            for queue in queues:
                queue.flying -= 1
        now = self._clock.monotonic()
        for queue in queues:
            queue.bucket.succeeded(now)
        return result

    def spent(self) -> None:
        """An earlier process may have spent everything until this moment; to be called before the first call."""
        self._spent_at = self._clock.monotonic()

    def observe(
        self,
        key: BudgetKey,
        *,
        limit: float | None = None,
        remaining: float | None = None,
        reset_after: float | None = None,
        completed_at: float,
    ) -> None:
        """Take what the platform said about a bucket; see `bridge.platform.Observe`.

        Called from within the call whose response said so, which the platform has counted already.
        """
        queue = self._queue(key)
        queue.bucket.observe(limit, remaining, reset_after, completed_at, flying=max(0, queue.flying - 1))
        self._serve([queue])

    @contextmanager
    def live(self, keys: Sequence[BudgetKey], ends: Sequence[BudgetKey], seconds: float) -> Iterator[None]:
        """Count one more reply as being written from the buckets of `keys`, for as long as the context lasts.

        It is expected to last for `seconds`. The reply's end is going to take a token of each of `ends`, which is
        kept for it where that is possible.
        """
        queues = [self._queue(key) for key in dict.fromkeys(keys)]
        last = [self._queue(key) for key in dict.fromkeys(ends)]
        now = self._clock.monotonic()
        for queue in queues:
            queue.crowd.join(now, seconds)
        for queue in last:
            queue.finals += 1
        try:
            yield
        finally:
            for queue in queues:
                queue.crowd.leave(now, seconds)
            for queue in last:
                queue.finals -= 1

    def shares(self, keys: Sequence[BudgetKey], now: float) -> list[Share]:
        """What each of the buckets has for the replies that are being written from it."""
        return [self._queue(key).share(now) for key in keys]

    def keeps(self, keys: Sequence[BudgetKey]) -> bool:
        """Whether a token could be kept for one end more."""
        return all(queue.finals + 1 <= queue.bucket.at_once for queue in map(self._queue, keys))

    def wait(self, keys: Sequence[BudgetKey], now: float) -> float:
        """Seconds after which a call of any priority would be made, behind all that wait there already."""
        queues = [self._queue(key) for key in keys]
        return max((queue.bucket.flow(len(queue.waiting) + 1, now) for queue in queues), default=0.0)

    def ahead(self, keys: Sequence[BudgetKey]) -> int:
        """How many calls wait for a token of one of the buckets."""
        return max((len(queue.waiting) for queue in map(self._queue, keys)), default=0)

    async def _admission(self, waiter: Waiter) -> None:
        """Return once the tokens for this call are taken."""
        lacking = self._lacking(waiter, self._clock.monotonic())
        place = lacking or next(iter(waiter.queues), None)
        if place is None:
            return
        place.enter(waiter)
        self._serve(waiter.queues)
        try:
            await waiter.admitted
        except asyncio.CancelledError:
            if not waiter.leave():
                waiter.refund()
            self._serve(waiter.queues)
            raise

    def _serve(self, queues: Sequence[Queue]) -> None:
        """Admit whom these queues have tokens for, and see to it that the others are looked at in time."""
        now = self._clock.monotonic()
        touched = dict.fromkeys(queues)
        for queue in queues:
            for waiter in queue.ready(now):
                if not queue.serves(waiter, now):
                    break
                lacking = self._lacking(waiter, now)
                if lacking is None:
                    waiter.admit(now)
                else:
                    lacking.enter(waiter)
                    touched[lacking] = None
        for queue in touched:
            self._alarm.watch(queue, now)
        self._alarm.arm()

    @staticmethod
    def _lacking(waiter: Waiter, now: float) -> Queue | None:
        return next((queue for queue in waiter.queues if not queue.serves(waiter, now)), None)

    def _limited(self, queues: Sequence[Queue], retry_after: float) -> None:
        now = self._clock.monotonic()
        for queue in [queue for queue in queues if queue.bucket.held_empty(now)] or queues:
            queue.bucket.limited(retry_after, now)

    def _queue(self, key: BudgetKey) -> Queue:
        queue = self._queues.get(key)
        if queue is None:
            budget = self._budgets.get(key.name)
            if budget is None:
                known = ", ".join(sorted(self._budgets)) or "none"
                raise PluginError(f"the platform names a budget {key.name!r} but states only: {known}")
            now = self._clock.monotonic()
            if len(self._queues) >= self._forget_at:
                self._queues = {kept: queue for kept, queue in self._queues.items() if not queue.idle(now)}
                self._forget_at = max(_MANY, 2 * len(self._queues))
            queue = self._queues[key] = Queue(
                Window(budget, now) if budget.window else Bucket(budget, now, self._overtaking, spent_at=self._spent_at)
            )
        return queue
