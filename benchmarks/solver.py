"""The least mean staleness of one reply, exactly: no schedule is better. Seconds throughout.

The whole future is known, and calls take no time. The first delta is shown when it comes, by a post that has a budget
of its own; newer text by calls of one bucket, which was full then. What replies that share a bucket can reach is
bounded in `bound`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate

from bridge.platform import Budget

_NEARLY = 1e-9

Earliest = Callable[[int], float]
"""When a bucket can give its first, second, … token, in seconds after the first delta."""


def flowing(budget: Budget) -> Earliest:
    """A token bucket."""
    return lambda call: max(0.0, (call - budget.burst) / budget.rate)


def windows(limit: int, seconds: float) -> Earliest:
    """So many calls in each window; a window opens with the first call after the last one."""
    return lambda call: seconds * (math.ceil(call / limit) - 1)


def alone(arrivals: Sequence[float], earliest: Earliest, *, free_end: bool = False, most: float = math.inf) -> float:
    """The mean staleness of one reply; with `free_end` its last text needs no token of the bucket.

    With `most` it may have only so many edits besides; a fraction stands for replies of which some have one more, which
    is best spread evenly, as each further edit gains less.

    An edit is best made when a delta comes, the last one at the last. So this is the choice of which deltas to edit at:
    `costs[last]` is the least sum of waits with so many edits, the newest of them at delta `last`.
    """
    last = len(arrivals) - 1
    sums = [0.0, *accumulate(arrivals)]
    costs = [0.0] + [math.inf] * last
    least = [_one_more(costs, arrivals, sums, 1)[last] if free_end else math.inf]
    while (at := earliest(len(least)) - _NEARLY) <= arrivals[last] - arrivals[0] and len(least) <= min(last, most + 1):
        first = next(number for number, arrival in enumerate(arrivals) if arrival - arrivals[0] >= at)
        costs = _one_more(costs, arrivals, sums, max(first, len(least)))
        end = _one_more(costs, arrivals, sums, len(least) + 1) if free_end and len(least) < last else costs
        least.append(min(least[-1], costs[last], end[last]))
    whole = min(int(min(most, last)), len(least) - 1)
    part = most - whole if whole + 1 < len(least) else 0.0
    return (least[whole] + part * (least[min(whole + 1, len(least) - 1)] - least[whole])) / len(arrivals)


def _one_more(costs: list[float], arrivals: Sequence[float], sums: Sequence[float], first: int) -> list[float]:
    """The costs with one edit more, not before delta `first`. The best edit before it moves only forwards."""
    found = [math.inf] * len(costs)
    ranges = [(first, len(costs) - 1, 0, len(costs) - 1)]
    while ranges:
        low, high, least, most = ranges.pop()
        if low > high:
            continue
        middle = (low + high) // 2
        cost, before = min(
            (costs[edit] + (middle - edit) * arrivals[middle] - (sums[middle + 1] - sums[edit + 1]), edit)
            for edit in range(least, min(middle, most + 1) or 1)
        )
        found[middle] = cost
        ranges += [(low, middle - 1, least, before), (middle + 1, high, before, most)]
    return found
