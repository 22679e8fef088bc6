"""A bucket whose platform counts in windows and does not tell of them. Pure: time is an argument."""

from __future__ import annotations

import math
from collections import deque

from bridge.budget.bucket import BACK_OFF, CREDIT, RECOVERY
from bridge.platform import Budget

_MARGIN = 0.05
"""Seconds by which calls may come nearer together on their way than they were sent."""
_AT_ONCE = 1e-6
"""Seconds by which a moment may fall short of the one that was asked for."""


class Window:
    """Lets at most `budget.burst` calls into any span of `budget.window` seconds; as `Bucket` otherwise.

    Wherever the platform's windows begin, none of them holds more.
    """

    def __init__(self, budget: Budget, now: float) -> None:
        assert budget.window is not None  # noqa: S101 - else it is a Bucket
        self._most = self._allowed = budget.burst
        self._seconds = budget.window + _MARGIN
        self._back: deque[float] = deque()
        """When each token that was spent comes back."""
        self._aside = 0
        """Tokens taken for calls that are not on their way yet."""
        self._held_until = self._limited_until = self._raised_at = now

    @property
    def burst(self) -> float:
        """How many calls a span may hold."""
        return float(int(self._allowed))

    @property
    def at_once(self) -> float:
        """How many calls a full window is sure to let through together."""
        return self.burst

    @property
    def rate(self) -> float:
        """Calls per second in the long run."""
        return self.burst / self._seconds

    def tokens(self, now: float) -> float:
        """How many calls could be made at once."""
        while self._back and self._back[0] <= now + _AT_ONCE:
            self._back.popleft()
        return 0.0 if self.held_for(now) else max(0.0, self.burst - len(self._back) - self._aside)

    def has(self, count: float, now: float) -> bool:
        """Whether there are `count` tokens."""
        return self.tokens(now) >= count

    def full(self, now: float) -> bool:
        """Whether waiting longer would gain nothing."""
        return self.has(self.burst, now)

    def full_in(self, now: float) -> float:
        """Seconds until waiting longer gains nothing, if nobody takes a token meanwhile."""
        return self.wait(now, self.burst)

    def held_for(self, now: float) -> float | None:
        """Seconds for which the platform takes nothing; None where it has not said so."""
        return self._held_until - now if now < self._held_until - _AT_ONCE else None

    def flow(self, count: float, now: float) -> float:
        """Seconds until there have been so many tokens, if each is taken when it comes."""
        rounds, rest = divmod(max(count, 1.0) - 1.0, self.burst)
        return rounds * self._seconds + self.wait(now, rest)

    def reserve(self, ends: float) -> float:
        """How many tokens to keep for so many ends: few, because a token that is not taken does not come back."""
        return min(ends, 1.0)

    def wait(self, now: float, reserve: float = 0.0) -> float:
        """Seconds until there is a token besides a `reserve`, if nobody takes one meanwhile."""
        need = min(1.0 + reserve, self.burst)
        if self.has(need, now):
            return 0.0
        missing = math.ceil(need - self.burst) + len(self._back) + self._aside
        back = self._comes_back(missing - 1, now) - now if missing > 0 else 0.0
        return max(back, self._held_until - now)

    def _comes_back(self, place: int, now: float) -> float:
        return self._back[place] if place < len(self._back) else now + self._seconds

    def take(self, now: float) -> None:
        """Set one token aside for a call, until `sent` or `refund`. Raises ValueError when there is none."""
        if not self.has(1.0, now):
            raise ValueError("the window is full; ask `wait` first")
        self._aside += 1

    def sent(self, now: float) -> None:
        """Spend a token that was set aside: its call is on its way."""
        self._aside -= 1
        self._back.append(now + self._seconds)

    def refund(self) -> None:
        """Put back a token that was set aside: its call is not made."""
        self._aside -= 1

    def observe(
        self, limit: float | None, remaining: float | None, reset_after: float | None, now: float, flying: int = 0
    ) -> None:
        """Believe the platform that nothing is left for so long; what it says besides is about other buckets."""
        if remaining is not None and remaining <= 0 and reset_after is not None:
            self._held_until = max(self._held_until, now + reset_after)

    def limited(self, retry_after: float, now: float) -> None:
        """The platform asked to wait `retry_after` seconds. Calls that are refused together lower the rate once."""
        if now >= self._limited_until:
            self._allowed = max(self._allowed * BACK_OFF, 1.0)
            self._raised_at = now
        self._limited_until = self._held_until = max(self._held_until, now + retry_after)

    def succeeded(self, now: float) -> None:
        """A call went through: what is allowed creeps back to what it was before the platform asked to wait."""
        credit = min(now - self._raised_at, CREDIT)
        self._raised_at = now
        self._allowed = min(self._most, self._allowed + self._most * RECOVERY * credit)

    def held_empty(self, now: float) -> bool:
        """Whether the platform itself has said that nothing is left, and until when."""
        return self.held_for(now) is not None

    def pristine(self, now: float) -> bool:
        """Whether a new window would do as well."""
        return self.full(now) and self._allowed >= self._most
