"""A mean staleness that replies which share buckets cannot get below. Seconds throughout.

It is a proven bound, not a schedule. The whole future is known and calls take no time. With a price for a token of each
bucket at each moment, every reply can be scheduled by itself, exactly. What the replies pay then, in waits and prices,
less what the inflowing tokens are worth, is below every schedule that keeps the buckets, whatever the prices are
(Lagrangian duality). `shared` raises the price where a bucket would be overdrawn, as an auction does, and returns the
most that it finds.

A call takes a whole token, so tokens flow in whole. Every rounding is in favour of the bound: within a cell of time,
deltas are shown and tokens spent before they come.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.hull import Line, lowest, push
from bridge.platform import Budget

CELLS = 120
"""Into how many cells the time until the last delta is cut."""
SCHEDULES = 4000
"""How many schedules are computed on the way to good prices."""
STEPS = (0.02, 0.00001)
"""The first and the last step by which a price moves for one token, in seconds of waiting of a whole reply."""
MEMORY = 0.2
"""The weight of the newest prices among those before them: prices that swing are right on average."""
_NEVER = float("inf")
_NEARLY = 1e-9

Call = tuple[str, int]
Prices = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to show a reply: the buckets of its first text, of newer text, and those of which one takes the end.

    Without a bucket for newer text the first text is the whole.
    """

    first: str
    middle: str | None = None
    last: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """All its buckets."""
        return {self.first, *self.last, *([self.middle] if self.middle else [])}


def shared(replies: Sequence[Sequence[float]], ways: Sequence[Way], budgets: Mapping[str, Budget]) -> float:
    """The bound for replies, given by when their deltas come, each of which may choose among `ways`."""
    budgets = {name: budgets[name] for name in sorted(set().union(*(way.names for way in ways)))}
    cells = _cells(replies, ways, budgets)
    markets = {name: _Market(budget, cells, len(replies)) for name, budget in budgets.items()}
    kinds = {tuple(arrivals): _Reply(arrivals, cells) for arrivals in replies}
    each = [kinds[tuple(arrivals)] for arrivals in replies]
    words = sum(map(len, replies))
    current = {name: market.prices for name, market in markets.items()}
    order = random.Random(1)  # noqa: S311 - the same order in each run
    best, rounds = 0.0, -(-SCHEDULES // len(each))
    for number in range(rounds):
        step = words / len(each) * STEPS[0] * (STEPS[1] / STEPS[0]) ** (number / rounds)
        for reply in order.sample(each, len(each)):
            _, calls = reply.cheapest(ways, current)
            for name, market in markets.items():
                market.settle([cell for bucket, cell in calls if bucket == name], step)
        for market in markets.values():
            market.remember(MEMORY if number else 1.0)
        prices = {name: market.usual for name, market in markets.items()}
        least = {id(kind): kind.cheapest(ways, prices)[0] for kind in kinds.values()}
        paid = sum(least[id(reply)] for reply in each)
        best = max(best, paid - sum(market.worth(prices[name]) for name, market in markets.items()))
    return best / words


def _cells(replies: Sequence[Sequence[float]], ways: Sequence[Way], budgets: Mapping[str, Budget]) -> list[float]:
    """Where cells begin: even until the last delta, then longer and longer until everybody can have been served."""
    begin, end = min(one[0] for one in replies), max(one[-1] for one in replies)
    width, count = (end - begin) / CELLS, len(replies)
    served = [way.last or (way.first,) for way in ways]
    tail = count / sum(budgets[way.first].rate for way in ways)
    tail += count / sum(max(budgets[name].rate for name in names) for names in served)
    cells = [begin + number * width for number in range(CELLS + 2)]
    while cells[-1] < end + tail:
        width *= 1.05
        cells.append(cells[-1] + width)
    return cells


class _Market:
    """The prices of one bucket's tokens, one for each cell but the last, which has as many as anybody wants."""

    def __init__(self, budget: Budget, cells: Sequence[float], replies: int) -> None:
        self._burst = budget.burst
        given = [math.floor(budget.rate * (at - cells[0]) + _NEARLY) for at in cells]
        self._inflow = [after - before for before, after in pairwise(given)]
        self._replies = replies
        self._falls = [0.0] * len(self._inflow)
        """By how much the price falls after each cell; less than nothing where it rises."""
        self.prices = [0.0] * len(cells)
        self.usual = list(self.prices)
        """What the prices have been of late."""

    def settle(self, calls: Sequence[int], step: float) -> None:
        """Move the prices after one reply has chosen its cells, as if all chose alike.

        A fall is what it costs to have the bucket empty after a cell, a rise what it costs to have it overflow: tokens
        cannot be borrowed, nor kept beyond the burst.
        """
        full, level = self._burst / self._replies, self._burst / self._replies
        taken = sorted(calls, reverse=True)
        falls = self._falls
        for cell, inflow in enumerate(self._inflow):
            level += inflow / self._replies
            while taken and taken[-1] == cell:
                taken.pop()
                level -= 1.0
            fall = falls[cell]
            if fall > 0 or (fall == 0 and level < 0):
                falls[cell] = max(0.0, fall - step * level)
            elif fall < 0 or level > full:
                falls[cell] = min(0.0, fall - step * (level - full))
        price = 0.0
        for cell in reversed(range(len(falls))):
            falls[cell] = max(falls[cell], -price)
            self.prices[cell] = price = price + falls[cell]

    def remember(self, weight: float) -> None:
        """Let the prices count in `usual`."""
        self.usual = [old + weight * (new - old) for old, new in zip(self.usual, self.prices, strict=True)]

    def worth(self, prices: Sequence[float]) -> float:
        """What all tokens are worth at these prices that the bucket can ever give."""
        inflow = sum(price * tokens for price, tokens in zip(prices, self._inflow, strict=False))
        rises = sum(max(0.0, new - old) for old, new in zip([0.0, *prices], prices, strict=False))
        return inflow + self._burst * rises


class _Reply:
    """The deltas of one reply, by cells."""

    def __init__(self, arrivals: Sequence[float], cells: Sequence[float]) -> None:
        self._words = len(arrivals)
        self._rows: list[tuple[int, float, int, float, float]] = []
        came, total = 0, 0.0
        for cell, (begin, end) in enumerate(zip(cells, [*cells[1:], _NEVER], strict=True)):
            early = 0.0
            while came < self._words and arrivals[came] < end - _NEARLY:
                early += max(0.0, arrivals[came] - begin)
                total += arrivals[came]
                came += 1
            if came:
                self._rows.append((cell, begin, came, total, begin * came - total + early))

    def cheapest(self, ways: Sequence[Way], prices: Prices) -> tuple[float, list[Call]]:
        """The least that waits and tokens cost together, and the bucket and cell of each call."""
        return min((self._along(way, prices) for way in ways), key=lambda found: found[0])

    def _along(self, way: Way, prices: Prices) -> tuple[float, list[Call]]:
        """What newer text costs after a show is a line in the time of the next one, steeper for each later show.

        So the best show before each one is on the lower hull of the lines, and moves only forwards.
        """
        first = prices[way.first]
        middle = prices[way.middle] if way.middle else [_NEVER] * len(first)
        lasts = [(name, prices[name]) for name in way.last]
        hull: list[Line] = []
        before: dict[int, int] = {}
        here, best, last = 0, _NEVER, (way.first, 0, -1)
        for cell, at, came, total, waited in self._rows:
            cost, since = waited + first[cell], _NEVER
            if hull:
                here = lowest(hull, min(here, len(hull) - 1), at)
                since = waited + hull[here][1] - hull[here][0] * at
            if came == self._words:
                ends = [(since + price[cell], (name, cell, hull[here][2])) for name, price in lasts if hull]
                best, last = min([(best, last), (cost, (way.first, cell, -1)), *ends])
            if since + middle[cell] < cost:
                cost, before[cell] = since + middle[cell], hull[here][2]
            push(hull, (came, cost + total, cell))
        name, cell, earlier = last
        calls = [(name, cell)]
        while earlier >= 0:
            cell, earlier = earlier, before.get(earlier, -1)
            calls.append((way.middle if earlier >= 0 and way.middle else way.first, cell))
        return best, calls
