"""When to show the next text of a reply. Pure: time is an argument, in seconds of one monotonic clock.

For one bucket the least mean staleness has evenly spaced edits. Replies that share a bucket of `rate` and go on for `H`
more seconds may use what flows in and what is there over that time, each the same part of it:
`gap = live / (rate + tokens / H)`. A bucket that is full is spent at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bridge.budget.scheduler import Share

_USUAL = 15.0
"""Seconds for which a reply is written, before anything is known."""
_NEWEST = 0.2
"""The weight of the newest reply among those before it."""
_LINGER = 0.1
"""The most seconds for which text that is due waits for the next delta."""


class Length:
    """How long the replies of one chatbot are written, learned from each; in seconds."""

    def __init__(self, usual: float = _USUAL) -> None:
        self.usual = usual

    def learn(self, seconds: float) -> None:
        """Take one more finished reply into account."""
        self.usual += _NEWEST * (seconds - self.usual)


class Pace:
    """Spaces the calls that show newer text of one reply.

    `least_gap` is the least time between two of them; `shares` tells what their buckets have at a moment
    (`Scheduler.shares`).
    """

    def __init__(self, least_gap: float, shares: Callable[[float], Sequence[Share]]) -> None:
        self._least_gap = least_gap
        self._shares = shares
        self._shown_at: float | None = None

    def shown(self, at: float) -> None:
        """A call that began at this moment has brought newer text to the screen."""
        self._shown_at = at

    def next_at(self, now: float, deltas: int = 0) -> float:
        """When to look again, `deltas` having come that are not shown; not after `now` means that newer text is due.

        The first is always due.
        """
        if self._shown_at is None:
            return now
        due = self._due(self._shown_at, now)
        return due - self._slack(self._shown_at, due, now, deltas) / 2

    def linger(self, now: float, deltas: int) -> float:
        """Seconds for which newer text that is due waits for one delta more, which would else be shown a gap later."""
        if self._shown_at is None:
            return 0.0
        return self._slack(self._shown_at, self._due(self._shown_at, now), now, deltas)

    def _slack(self, shown_at: float, due: float, now: float, deltas: int) -> float:
        return min((now - shown_at) / deltas, (due - shown_at) / 4, _LINGER) if deltas else 0.0

    def _due(self, shown_at: float, now: float) -> float:
        return max([shown_at + self._least_gap, *(_due(share, shown_at, now) for share in self._shares(now))])


def lag(shares: Sequence[Share], seconds: float, others: int = 0) -> float:
    """The mean staleness of one reply more, written for so long from these buckets, if `others` come before it."""
    gaps = ((share.live + others + 1) / (share.rate + share.tokens / seconds) for share in shares)
    return min(max(gaps, default=0.0), seconds) / 2


def _due(share: Share, shown_at: float, now: float) -> float:
    """When one bucket would have newer text shown, or may have it shown because it has become full."""
    if share.full_in <= 0:
        return now
    live = max(1, share.live)
    if share.until is not None:
        # What is left is spread evenly, so that the next text is due when the platform counts anew.
        left = now + share.until - shown_at
        return shown_at + left * min(1.0, live / (share.tokens + 1.0))
    flow = share.rate + (share.tokens / share.remaining if share.remaining > 0 else 0.0)
    return min(shown_at + live / flow, now + share.full_in)
