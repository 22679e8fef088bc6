"""Calls that wait for a token of one bucket, and their order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bridge.budget.bucket import Bucket


class Priority(IntEnum):
    """What a call is for; the lowest goes first."""

    FINAL = 0
    """The end of a reply, or a notice."""
    CONTROL = 1
    """An answer to a person's own act: a stop, an approval."""
    FIRST = 2
    """The first text of a reply, and what must come before it."""
    MIDDLE = 3
    """Newer text of a reply that is on screen already."""
    ACTIVITY = 4
    """Typing or status."""

    @property
    def reserve(self) -> float:
        """Tokens that must be left. What can be left out does not take the last one, which is kept for a final."""
        return 1.0 if self >= Priority.MIDDLE else 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """One bucket, as a reply that is written from it sees it: `rate` in calls per second."""

    live: int
    """Replies that are being written from it, at least one."""
    rate: float
    spare: float
    """Tokens beyond the one that is kept for finals."""
    full: bool
    """True when a token that is not spent now is lost."""


class Waiter:
    """One call that wants a token from each of `queues`; it stands in at most one of them."""

    def __init__(
        self, priority: Priority, queues: Sequence[Queue], weight: Callable[[], float] | None, order: int
    ) -> None:
        self.priority = priority
        self.queues = queues
        self.admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.place: Queue | None = None
        self._weight = weight
        self._order = order

    def rank(self) -> tuple[int, float, int]:
        """What to sort by; the least goes first."""
        weight = self._weight() if self._weight is not None and self.priority is Priority.MIDDLE else 0.0
        return (self.priority, -weight, self._order)

    def admit(self, now: float) -> None:
        """Take the tokens and let the call go."""
        self.leave()
        for queue in self.queues:
            queue.bucket.take(now)
            queue.flying += 1
        self.admitted.set_result(None)

    def refund(self, now: float) -> None:
        """Put the tokens back: the call was admitted, but is not made."""
        for queue in self.queues:
            queue.bucket.refund(now)
            queue.flying -= 1

    def leave(self) -> bool:
        """Stop waiting. False when it waited nowhere."""
        place, self.place = self.place, None
        if place is not None:
            del place.waiting[self]
        return place is not None


class Queue:
    """The calls that wait at one bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.waiting: dict[Waiter, None] = {}
        self.wake_at: float | None = None
        self.flying = 0
        """Calls under way that took a token here."""
        self.live = 0
        """Replies that are being written from this bucket."""

    def enter(self, waiter: Waiter) -> None:
        """Wait here, and nowhere else."""
        waiter.leave()
        self.waiting[waiter] = None
        waiter.place = self

    def ready(self, now: float) -> list[Waiter]:
        """Who waits here, the most urgent first; nobody while there is no token at all."""
        if not self.waiting or not self.bucket.has(1.0, now):
            return []
        return sorted((waiter for waiter in self.waiting if not waiter.admitted.done()), key=Waiter.rank)

    def serves(self, waiter: Waiter, now: float) -> bool:
        """Whether there is a token for this call."""
        return self.bucket.wait(now, waiter.priority.reserve) <= 0

    def next_at(self, now: float) -> float | None:
        """When somebody who waits here can be served; None while nobody does."""
        if not self.waiting:
            return None
        return now + self.bucket.wait(now, min(waiter.priority.reserve for waiter in self.waiting))

    def share(self, now: float) -> Share:
        """See `Share`."""
        bucket = self.bucket
        spare = max(0.0, bucket.tokens(now) - Priority.MIDDLE.reserve)
        return Share(max(1, self.live), bucket.rate, spare, bucket.full(now))

    def idle(self, now: float) -> bool:
        """Whether nothing would be lost if this queue were forgotten."""
        return not (self.waiting or self.flying or self.live) and self.bucket.pristine(now)
