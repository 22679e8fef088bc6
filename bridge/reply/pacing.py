"""When to show the next text of a reply. Pure: time is an argument, in seconds of one monotonic clock.

For one bucket the least mean staleness has evenly spaced edits. A reply that shares a bucket of `rate` with others, and
expects to be written for `H` more seconds, may use its part of what flows in and of what is spare over that time:
`gap = live / (rate + spare / H)`.
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
    """Spaces the edits of one reply.

    `edit_gap` is the platform's `Capabilities.edit_gap`; `shares` tells what the buckets of an edit have at a moment
    (`Scheduler.shares`); `length` is what is known of this chatbot's replies.
    """

    def __init__(
        self,
        edit_gap: float,
        shares: Callable[[float], Sequence[Share]] | None = None,
        length: Length | None = None,
    ) -> None:
        self._edit_gap = edit_gap
        self._shares = shares
        self._length = length if length is not None else Length()
        self._began_at: float | None = None
        self._shown_at: float | None = None

    def shown(self, now: float) -> None:
        """A call has brought newer text to the screen."""
        if self._began_at is None:
            self._began_at = now
        self._shown_at = now

    def next_at(self, now: float) -> float:
        """When the next text should be shown; not after `now` means at once. The first is always due."""
        if self._shown_at is None or self._began_at is None:
            return now
        expected = max(self._length.remaining(now - self._began_at), self._edit_gap)
        shares = self._shares(now) if self._shares is not None else ()
        gaps = (0.0 if share.full else share.live / (share.rate + share.spare / expected) for share in shares)
        return self._shown_at + max(self._edit_gap, max(gaps, default=0.0))
