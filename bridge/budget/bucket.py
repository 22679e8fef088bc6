"""A token bucket whose limits are learned. Pure: time is an argument, in seconds of one monotonic clock."""

from __future__ import annotations

from bridge.platform import Budget

_NEARLY = 1e-6
"""Tokens by which rounding may fall short of a whole one."""
_AT_ONCE = 1e-6
"""Seconds by which a moment may fall short of the one that was asked for."""
BACK_OFF = 0.8
"""What is left of the rate after the platform asked to wait."""
_SLOWEST = 0.05
"""The least part of the first rate to which backing off may lead."""
RECOVERY = 0.01 / 60
"""The part of the first rate by which success raises the rate, per second."""
CREDIT = 60.0
"""Seconds for which one success may count, so that an idle night does not undo what was learned."""


class Bucket:
    """Holds at most `burst` tokens and gains `rate` of them per second; each call takes one.

    A bucket is *held* while the platform has said what is left until some moment: it gains nothing until then, and
    starts from a known level after it.

    The platform counts calls as they arrive: `overtaking` is by how many seconds one may be longer on its way than
    a later one. With `spent_at` it was empty at that moment; otherwise it begins full.
    """

    def __init__(self, budget: Budget, now: float, overtaking: float = 0.0, *, spent_at: float | None = None) -> None:
        self.burst = budget.burst
        self.rate = budget.rate
        self._budget = budget
        self._overtaking = overtaking
        self._level = budget.burst if spent_at is None else 0.0
        self._aside = 0
        """Tokens taken for calls not on their way yet: the platform has them still, and loses what flows in."""
        self._at = now if spent_at is None else min(now, spent_at)
        self._held_until: float | None = None
        self._afterwards = budget.burst
        self._limited_until = now
        self._raised_at = now
        self._told_at = now

    def tokens(self, now: float) -> float:
        """How many calls could be made at once. A fraction is a token on its way."""
        if self._held_until is not None:
            if now < self._held_until:
                return max(0.0, self._left)
            self._level, self._at, self._held_until = self._afterwards, self._held_until, None
        if now > self._at:
            self._level = min(self.burst, self._level + (now - self._at) * self.rate)
            self._at = now
        return max(0.0, self._left)

    @property
    def at_once(self) -> float:
        """How many calls a full bucket is sure to let through together."""
        return self.burst - self._lag

    def has(self, count: float, now: float) -> bool:
        """Whether there are `count` tokens."""
        return self.tokens(now) >= count - _NEARLY

    def full(self, now: float) -> bool:
        """Whether waiting longer would gain nothing."""
        return self.has(self.burst, now)

    def flow(self, count: float, now: float) -> float:
        """Seconds until there have been so many tokens, if each is taken when it comes."""
        if self.has(count, now):
            return 0.0
        if self._held_until is None:
            return (count - self._left) / self.rate
        return self._held_until - now + max(0.0, count - self._left - self._afterwards) / self.rate

    def full_in(self, now: float) -> float:
        """Seconds until waiting longer gains nothing, if nobody takes a token meanwhile."""
        if self.full(now):
            return 0.0
        return (self.burst - self._left) / self.rate if self._held_until is None else self._held_until - now

    def held_for(self, now: float) -> float | None:
        """Seconds until the platform counts anew; None where it has not said so."""
        self.tokens(now)
        return None if self._held_until is None else self._held_until - now

    def reserve(self, ends: float) -> float:
        """How many tokens to keep for so many ends: never so many that the bucket is full, and loses what flows in."""
        return min(ends, max(self.burst - 1.0 - self._lag, self.burst / 2.0))

    def wait(self, now: float, reserve: float = 0.0) -> float:
        """Seconds until there is a token, if nobody takes one meanwhile.

        A `reserve` of tokens is left in the bucket as far as it can hold that many. Shortly before the platform counts
        anew it is given out too, when who needs it then waits no longer than for one refill.
        """
        need = min(1.0 + reserve, self.burst)
        if self.has(need, now):
            return 0.0
        if self._held_until is None:
            return (need - self._left) / self.rate
        until = self._held_until - now
        if self._left >= 1.0 - _NEARLY:
            early = until - 1.0 / self.rate
            return early if early > _AT_ONCE else 0.0
        return until + max(0.0, need - self._afterwards) / self.rate

    @property
    def _lag(self) -> float:
        """What may flow in on the platform between two calls that overtake each other. At most a quarter of what a fast
        bucket holds, but one for any: that is enough for the slow buckets, whose limits are narrow."""
        return min(max(1.0, self.burst / 4), self.rate * self._overtaking)

    @property
    def _left(self) -> float:
        """What is left for further calls. Below nothing when calls were counted that the platform would refuse."""
        return self._highest - self._aside if self._aside else self._level

    @property
    def _highest(self) -> float:
        """The level that is sure to be there when the next call arrives: what flows in meanwhile is lost when full."""
        return self._level if self._held_until is not None else min(self._level, self.at_once)

    def take(self, now: float) -> None:
        """Set one token aside for a call, until `sent` or `refund`. Raises ValueError when there is none."""
        if not self.has(1.0, now):
            raise ValueError("the bucket is empty; ask `wait` first")
        self._aside += 1

    def sent(self, now: float) -> None:
        """Spend a token that was set aside: its call is on its way."""
        self.tokens(now)
        self._level = self._highest - 1.0
        self._aside -= 1

    def refund(self) -> None:
        """Put back a token that was set aside: its call is not made."""
        self._aside -= 1

    def observe(
        self, limit: float | None, remaining: float | None, reset_after: float | None, now: float, flying: int = 0
    ) -> None:
        """Believe what a response said: `remaining` of `limit` calls until a reset in `reset_after` seconds.

        `flying` calls are under way that the platform had not counted yet. Responses that overtook each other
        are told apart by `now`, when the response was there: an older one changes nothing.
        """
        if now < self._told_at or now < self._limited_until:
            return
        self._told_at = now
        self.tokens(now)
        if limit is not None and limit >= 1:
            self.burst = limit
            if reset_after and remaining is not None and remaining >= limit - 1:
                self._learn(limit / reset_after)  # the first call of a window shows how long a window is
            self._level = min(self._level, limit)
        if remaining is None:
            return
        self._level = max(0.0, min(self.burst, remaining - flying))
        if reset_after is not None:
            self._hold(now + reset_after, self.burst)

    def limited(self, retry_after: float, now: float) -> None:
        """The platform asked to wait `retry_after` seconds. Calls that are refused together lower the rate once."""
        if now >= self._limited_until:
            self.rate = max(self.rate * BACK_OFF, self._budget.rate * _SLOWEST)
            self._raised_at = now
        self.tokens(now)
        self._level = 0.0
        self._limited_until = max(self._limited_until, now + retry_after, self._held_until or now)
        self._hold(self._limited_until, 1.0)

    def succeeded(self, now: float) -> None:
        """A call went through: the rate creeps back to what it was before the platform asked to wait."""
        credit = min(now - self._raised_at, CREDIT)
        self._raised_at = now
        if self.rate < self._budget.rate:
            self.rate = min(self._budget.rate, self.rate + self._budget.rate * RECOVERY * credit)

    def held_empty(self, now: float) -> bool:
        """Whether the platform itself has said that nothing is left, and until when."""
        return not self.has(1.0, now) and self._held_until is not None

    def pristine(self, now: float) -> bool:
        """Whether a new bucket would do as well, but for what the next response says again."""
        return self.full(now) and self.rate >= self._budget.rate

    def _learn(self, rate: float) -> None:
        """Take `rate` for the platform's own; a rate that was lowered stays lowered in proportion."""
        self.rate *= rate / self._budget.rate
        self._budget = Budget(self.burst, rate)

    def _hold(self, until: float, afterwards: float) -> None:
        self._held_until, self._afterwards = until, min(afterwards, self.burst)
