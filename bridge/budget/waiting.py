"""Calls that wait for a token of one bucket, and their order."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bridge.budget.bucket import Bucket
from bridge.budget.window import Window

_AT_LEAST = 0.25
"""The part of its usual length that is still expected of a reply, however long it has taken already."""


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


@dataclass(frozen=True, slots=True)
class Share:
    """One bucket, as the replies see it that are written from it."""

    live: int
    """How many they are."""
    remaining: float
    """Seconds for which they are expected to be written, on average."""
    rate: float
    """Calls per second."""
    tokens: float
    full_in: float
    """Seconds after which a token that is not spent is lost, if nobody spends one before; 0 when it is full."""
    until: float | None = None
    """Seconds until the platform counts anew, where it said so: nothing flows in before."""


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
        """What to sort by; the least goes first. First texts and people's own acts go by age alone."""
        if self._weight is None or self.priority in {Priority.CONTROL, Priority.FIRST}:
            return (self.priority, -math.inf, self._order)
        return (self.priority, -self._weight(), self._order)

    def admit(self, now: float) -> None:
        """Take the tokens and let the call go."""
        self.leave()
        for queue in self.queues:
            queue.bucket.take(now)
        self.admitted.set_result(None)

    def sent(self, now: float) -> None:
        """The call is made now: a busy process may have held it up since it was admitted."""
        for queue in self.queues:
            queue.bucket.sent(now)
            queue.flying += 1

    def refund(self) -> None:
        """Put the tokens back: the call was admitted, but is not made."""
        for queue in self.queues:
            queue.bucket.refund()

    def leave(self) -> bool:
        """Stop waiting. False when it waited nowhere."""
        place, self.place = self.place, None
        if place is not None:
            del place.waiting[self]
        return place is not None


class Crowd:
    """The replies that are being written from one bucket."""

    def __init__(self) -> None:
        self.live = 0
        self._lengths = 0.0
        self._ends = 0.0

    def join(self, now: float, seconds: float) -> None:
        """One more, expected to be written for so long."""
        self.live += 1
        self._lengths += seconds
        self._ends += now + seconds

    def leave(self, joined_at: float, seconds: float) -> None:
        """One that joined then, expecting so long, is over."""
        self.live -= 1
        self._lengths -= seconds
        self._ends -= joined_at + seconds

    def remaining(self, now: float) -> float:
        """For how long they are expected to go on, on average: never nothing, as replies may outlast the usual."""
        if not self.live:
            return 0.0
        return max(self._ends / self.live - now, self._lengths / self.live * _AT_LEAST)


class Queue:
    """The calls that wait at one bucket."""

    def __init__(self, bucket: Bucket | Window) -> None:
        self.bucket = bucket
        self.waiting: dict[Waiter, None] = {}
        self.wake_at: float | None = None
        self.flying = 0
        """Calls under way that took a token here."""
        self.crowd = Crowd()
        self.finals = 0
        """Replies whose end is going to take a token here."""

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

    def reserve(self, priority: Priority) -> float:
        """Tokens that such a call must leave: what can be left out leaves one for each end that is to come."""
        return self.bucket.reserve(self.finals) if priority >= Priority.MIDDLE else 0.0

    def serves(self, waiter: Waiter, now: float) -> bool:
        """Whether there is a token for this call."""
        return self.bucket.wait(now, self.reserve(waiter.priority)) <= 0

    def next_at(self, now: float) -> float | None:
        """When somebody who waits here can be served; None while nobody does."""
        if not self.waiting:
            return None
        return now + self.bucket.wait(now, min(self.reserve(waiter.priority) for waiter in self.waiting))

    def share(self, now: float) -> Share:
        """See `Share`."""
        bucket, crowd = self.bucket, self.crowd
        return Share(
            crowd.live, crowd.remaining(now), bucket.rate, bucket.tokens(now), bucket.full_in(now), bucket.held_for(now)
        )

    def idle(self, now: float) -> bool:
        """Whether nothing would be lost if this queue were forgotten."""
        return not (self.waiting or self.flying or self.crowd.live or self.finals) and self.bucket.pristine(now)
