"""What mean staleness is possible, computed with the whole future known. Seconds throughout.

`alone` is a bound: no schedule for one reply on a token bucket is better. `shared` is no bound: it is the best found
among schedules that spend the bucket evenly, always on the reply that waits most. It takes the first delta for shown at
once, and knows nothing of posts, whose own budget can show text too; so a policy can do better than it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from bridge.platform import Budget

_NEARLY = 1e-9


def alone(arrivals: Sequence[float], budget: Budget) -> float:
    """The mean staleness of one reply whose first delta is shown by a post, the rest by edits from a full bucket.

    An edit is best made when a delta arrives, the last one at the last. So this is the choice of which deltas to edit
    at: `costs[last]` is the least sum of waits with so many edits, the newest of them at delta `last`. The j-th edit
    cannot be earlier than the bucket allows.
    """
    last = len(arrivals) - 1
    sums = [0.0, *accumulate(arrivals)]
    costs = [0.0] + [float("inf")] * last
    best = costs[last]
    for edit in range(1, int(budget.burst + budget.rate * arrivals[last] + _NEARLY) + 1):
        earliest = (edit - budget.burst) / budget.rate - _NEARLY
        first = next(number for number, at in enumerate(arrivals) if at >= earliest)
        costs = _one_more(costs, arrivals, sums, max(first, edit))
        best = min(best, costs[last])
    return best / len(arrivals)


def _one_more(costs: list[float], arrivals: Sequence[float], sums: Sequence[float], first: int) -> list[float]:
    """The costs with one edit more, not before delta `first`. The best edit before it moves only forwards."""
    found = [float("inf")] * len(costs)
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


def shared(replies: Sequence[Sequence[float]], budget: Budget) -> float:
    """The mean staleness of replies that share one bucket: the best of the even ways to spend it."""
    end = max(arrivals[-1] for arrivals in replies)
    begin = min(arrivals[0] for arrivals in replies)
    inflow = budget.burst + budget.rate * (end - begin)
    counts = {round(inflow * part / 20) for part in range(21)}
    return min(_spend(replies, budget, begin, end, count) for count in counts)


def _spend(replies: Sequence[Sequence[float]], budget: Budget, begin: float, end: float, count: int) -> float:
    """Make up to `count` middles evenly between `begin` and `end`, and each final as soon as there is a token."""
    shown = [1] * len(replies)
    finals = sorted(range(len(replies)), key=lambda reply: replies[reply][-1])
    moments = sorted(
        [(begin + (end - begin) * (slot + 0.5) / count, False) for slot in range(count)]
        + [(replies[reply][-1], True) for reply in finals]
    )
    level, at, total = budget.burst, begin, 0.0
    for moment, final in moments:
        wait = 0.0
        level, at = min(budget.burst, level + budget.rate * max(0.0, moment - at)), max(at, moment)
        if final:
            wait = max(0.0, 1.0 - level) / budget.rate
            level, at = min(budget.burst, level + wait * budget.rate), at + wait
            chosen = finals.pop(0)
        elif level < 1.0 - _NEARLY:
            continue
        else:
            chosen = max(range(len(replies)), key=lambda reply: _waiting(replies[reply], shown[reply], at))
        level -= 1.0
        total += _waiting(replies[chosen], shown[chosen], at)
        shown[chosen] += sum(1 for arrival in replies[chosen][shown[chosen] :] if arrival <= at)
    return total / sum(map(len, replies))


def _waiting(arrivals: Sequence[float], shown: int, now: float) -> float:
    """For how long the deltas have waited together that arrived by `now` and are not shown."""
    total = 0.0
    for arrival in arrivals[shown:]:
        if arrival > now:
            break
        total += now - arrival
    return total
