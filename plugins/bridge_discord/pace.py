"""How often a connection to the gateway may be tried.

Discord resets the token of a bot that identifies more than 1,000 times a day, and takes one IDENTIFY per five seconds
(Discord: Gateway, Rate Limiting; Sharding, max_concurrency).
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

from bridge import Clock

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Timing:
    """The times of a connection, in seconds; tests make them short."""

    identify_gap: float = 5.0
    identifies_per_hour: int = 40
    first_delay: float = 1.0
    last_delay: float = 60.0
    stable_after: float = 30.0
    """A connection that lasted this long makes the next one start at once."""
    connect_timeout: float = 30.0
    silence: float = 60.0
    """Nothing at all received for this long: the connection is dead (a heartbeat is due every 41 s)."""
    ack_grace: float = 10.0
    """A heartbeat that is not answered within two intervals and this: the connection is dead though events come."""
    retry_first: float = 0.1
    retry_last: float = 5.0
    """How long an event waits before it is offered to the core again: twice as long each time, with jitter."""
    drain: float = 5.0
    """How long `run` waits at its end for events that it has taken in."""


class Pace:
    """Remembers the attempts of one bot, over all its connections."""

    def __init__(self, clock: Clock, timing: Timing) -> None:
        self._clock = clock
        self._timing = timing
        self._failures = 0
        self._connected_at: float | None = None
        self._identified: deque[float] = deque()

    async def connect(self) -> None:
        """Wait until the next connection may be tried: at once after a stable one, longer after each short one."""
        delay = self.delay()
        if delay:
            await self._clock.sleep(delay)
        self._connected_at = self._clock.monotonic()

    def delay(self) -> float:
        """Seconds before the next attempt, with full jitter. Counts the connection that went before."""
        if self._connected_at is None:
            return 0.0
        lasted = self._clock.monotonic() - self._connected_at
        self._connected_at = None
        if lasted >= self._timing.stable_after:
            self._failures = 0
            return 0.0
        self._failures += 1
        if self._failures == 1:
            return 0.0
        ceiling = min(self._timing.last_delay, self._timing.first_delay * 2 ** min(self._failures - 2, 16))
        return random.uniform(ceiling / 2, ceiling)  # noqa: S311 - jitter

    async def identify(self) -> None:
        """Wait until a new session may be started."""
        now = self._clock.monotonic()
        while self._identified and now - self._identified[0] >= HOUR:
            self._identified.popleft()
        due = self._identified[-1] + self._timing.identify_gap if self._identified else now
        if len(self._identified) >= self._timing.identifies_per_hour:
            due = max(due, self._identified[0] + HOUR)
        if due > now:
            await self._clock.sleep(due - now)
        self._identified.append(self._clock.monotonic())
