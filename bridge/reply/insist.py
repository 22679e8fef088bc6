"""Making a platform call until it is made: rate limits, outages and unknown outcomes are waited out."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bridge.clock import Clock
from bridge.errors import OutcomeUnknown, PlatformUnavailable, RateLimited

T = TypeVar("T")


class Backoff:
    """Growing waits with full jitter, so that many replies do not come back at once."""

    def __init__(self, first: float = 0.5, most: float = 30.0) -> None:
        self._first = first
        self._most = most
        self._next = first

    def wait(self) -> float:
        """Seconds until the next attempt."""
        seconds = random.uniform(0.1, self._next)  # noqa: S311 - jitter is no secret
        self._next = min(self._next * 2, self._most)
        return seconds

    def reset(self) -> None:
        """An attempt went through."""
        self._next = self._first


async def insist(clock: Clock, call: Callable[[], Awaitable[T]], *, attempts: int | None = None) -> T:
    """Call until it goes through. `call` passes the scheduler, which keeps the time that a rate limit asks for.

    Raises what no waiting can mend: Rejected, InstanceFailed, and everything that is no PlatformError; after so many
    `attempts` also PlatformUnavailable and OutcomeUnknown.
    """
    backoff, failures = Backoff(), 0
    while True:
        try:
            return await call()
        except RateLimited:
            continue
        except (PlatformUnavailable, OutcomeUnknown):
            failures += 1
            if failures == attempts:
                raise
        await clock.sleep(backoff.wait())
