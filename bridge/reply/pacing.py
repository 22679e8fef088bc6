"""When to show the next text of a reply. Pure: time is an argument, in seconds of one monotonic clock.

For one bucket the least mean staleness has evenly spaced edits. A reply that shares a bucket of `rate` with others, and
expects to be written for `H` more seconds, may use its part of what flows in and of what is spare over that time:
`gap = live / (rate + spare / H)`. A bucket that is full is spent at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bridge.budget.scheduler import Share

_USUAL = 15.0
"""Seconds for which a reply is written, before anything is known."""
_NEWEST = 0.2
"""The weight of the newest reply among those before it."""
_AT_LEAST = 0.25
"""The part of the usual length that is still expected of a reply, however long it has taken already."""

_LINGER = 0.1
"""The most seconds for which text that is due waits for the next delta."""


class Length:
    """How long the replies of one chatbot are written, learned from each; in seconds."""

    def __init__(self, usual: float = _USUAL) -> None:
        self.usual = usual

    def learn(self, seconds: float) -> None:
        """Take one more finished reply into account."""
        self.usual += _NEWEST * (seconds - self.usual)

    def remaining(self, elapsed: float) -> float:
        """How much longer a reply is expected to be written after `elapsed` seconds."""
        return max(self.usual - elapsed, self.usual * _AT_LEAST)


class Pace:
    """Spaces the calls that show newer text of one reply.

    `least_gap` is the least time between two of them; `shares` tells what their buckets have at a moment
    (`Scheduler.shares`); `length` is what is known of this chatbot's replies.
    """

    def __init__(
        self,
        least_gap: float,
        shares: Callable[[float], Sequence[Share]] | None = None,
        length: Length | None = None,
    ) -> None:
        self._least_gap = least_gap
        self._shares = shares
        self._length = length if length is not None else Length()
        self._began_at: float | None = None
        self._shown_at: float | None = None

    def shown(self, at: float) -> None:
        """A call that began at this moment has brought newer text to the screen."""
        if self._began_at is None:
            self._began_at = at
        self._shown_at = at

    def next_at(self, now: float, deltas: int = 0) -> float:
        """When to look again, `deltas` having come that are not shown; not after `now` means that newer text is due.

        The first is always due.
        """
        if self._shown_at is None:
            return now
        return self._due(now) - self.linger(now, deltas) / 2

    def linger(self, now: float, deltas: int) -> float:
        """Seconds for which newer text that is due waits for one delta more, which would else be shown a gap later."""
        if self._shown_at is None or deltas == 0:
            return 0.0
        return min((now - self._shown_at) / deltas, (self._due(now) - self._shown_at) / 4, _LINGER)

    def _due(self, now: float) -> float:
        if self._shown_at is None or self._began_at is None:
            return now
        expected = max(self._length.remaining(now - self._began_at), self._least_gap)
        shares = self._shares(now) if self._shares is not None else ()
        due = max((_due(share, self._shown_at, now, expected) for share in shares), default=now)
        return max(due, self._shown_at + self._least_gap)


def _due(share: Share, shown_at: float, now: float, expected: float) -> float:
    """When one bucket would have newer text shown, or may have it shown because it has become full."""
    if share.full_in <= 0:
        return now
    if share.until is not None:
        # What is left is spread evenly, so that the next text is due when the platform counts anew.
        left = now + share.until - shown_at
        return shown_at + left * min(1.0, share.live / (share.tokens + 1.0))
    return min(shown_at + share.live / (share.rate + share.tokens / expected), now + share.full_in)
