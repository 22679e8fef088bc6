"""What a platform counts, and what people see of a reply there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.surfaces import Growing, Limit

NEARLY = 1e-9
"""Seconds that rounding may take away."""


@dataclass
class Counter:
    """What a platform counts for one bucket."""

    limit: Limit
    level: float = 0.0
    at: float = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds for which a call that arrives is refused; 0 when there is room for it."""
        budget, seconds = self.limit.budget, self.limit.seconds
        if seconds is None:
            self.level = min(budget.burst, self.level + (now - self.at) * budget.rate)
            self.at = now
        elif now >= self.at + seconds:
            self.level, self.at = budget.burst, now
        if self.level >= 1.0 - 1e-6:
            return 0.0
        return (1.0 - self.level) / budget.rate if seconds is None else self.at + seconds - now


@dataclass
class Shown:
    """What became of one reply: when its deltas came, when how many of them were visible, and how it was begun."""

    arrivals: Sequence[float]
    way: Growing | None = None
    visible: list[tuple[float, int]] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether the last delta is visible."""
        return bool(self.visible) and self.visible[-1][1] == len(self.arrivals)

    def newer(self, now: float) -> bool:
        """Whether deltas have come that are not visible."""
        return self.next_arrival() <= now + NEARLY

    def next_arrival(self) -> float:
        """When the first delta came, or comes, that is not visible yet."""
        return self.arrivals[self.visible[-1][1]] if not self.complete else float("inf")

    def behind(self, now: float) -> int:
        """How many deltas have come that are not visible."""
        return bisect_right(self.arrivals, now + NEARLY) - (self.visible[-1][1] if self.visible else 0)

    def coming(self, now: float) -> float:
        """When the next delta comes."""
        number = bisect_right(self.arrivals, now + NEARLY)
        return self.arrivals[number] if number < len(self.arrivals) else float("inf")

    def urgency(self, now: float) -> float:
        """How much is not visible, times for how long."""
        at, count = self.visible[-1] if self.visible else (self.arrivals[0], 0)
        return (bisect_right(self.arrivals, now) - count) * (now - at)

    def staleness(self) -> float:
        """The mean time from a delta to its first visible moment."""
        waited, before = 0.0, 0
        for at, count in self.visible:
            waited += sum(at - arrival for arrival in self.arrivals[before:count])
            before = max(before, count)
        return waited / len(self.arrivals)

    def first_paint(self) -> float:
        """From the first delta to the first visible one."""
        return self.visible[0][0] - self.arrivals[0]

    def final_lag(self) -> float:
        """From the last delta to the moment when it was visible."""
        return next(at for at, count in self.visible if count == len(self.arrivals)) - self.arrivals[-1]
