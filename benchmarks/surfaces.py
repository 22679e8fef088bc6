"""The platforms as the benchmark of streaming sees them: how replies are shown there, and what the platform counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.bound import Way, shared
from benchmarks.solver import Earliest, alone, flowing, windows
from bridge.model import ChannelId, InstanceName, Surface, ThreadId, ThreadRef, WorkspaceId
from bridge.platform import Budget, BudgetKey, Capabilities, Operation
from bridge_discord import limits as discord
from bridge_slack import limits as slack
from bridge_slack.streaming import GAP

Replies = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a platform counts under one name: a token bucket, or so many calls in each window of `seconds`."""

    budget: Budget
    seconds: float | None = None
    told: bool = False
    """Whether each response says what is left."""


@dataclass(frozen=True, slots=True)
class Growing:
    """One way in which a reply grows: its calls, and the least time between two of the middle ones."""

    first: Operation
    middle: Operation
    last: Operation
    least_gap: float


@dataclass(frozen=True, slots=True)
class Stand:
    """One platform with one set of ways, as `Growth` would choose among them, the first before the second."""

    capabilities: Capabilities
    keys: Callable[[Operation, ThreadRef], tuple[BudgetKey, ...]]
    limits: Mapping[str, Limit]
    """What the platform really counts, by the name of the bucket; what is not named is not counted."""
    ways: Sequence[Growing]
    earliest: Earliest
    """When one reply that is alone can have its middle calls."""
    threads: bool = False
    """Whether each reply has a channel of its own: a thread on Discord is one."""

    def thread(self, reply: int) -> ThreadRef:
        """Where a reply is written: all in one channel."""
        place = ThreadId(str(reply))
        return ThreadRef(InstanceName("it"), WorkspaceId("W"), ChannelId("C"), place, Surface.THREAD)

    def optimum(self, replies: Replies) -> float:
        """The least mean staleness that the budgets allow: exact for one reply, else a bound; calls take no time.

        Replies that have threads to themselves share the calls of the whole bot, of which posts take one each: what is
        left is spread evenly over them, and no end is put off.
        """
        if len(replies) > 1 and not self.threads:
            budgets = {name: limit.budget for name, limit in self.limits.items()}
            return shared(replies, [self._way(way) for way in self.ways], budgets)
        way, whole = self.ways[0], self.limits.get("global")
        spent = max(one[-1] for one in replies) - replies[0][0]
        most = whole.budget.burst * (1 + int(spent)) / len(replies) - 1 if whole is not None else math.inf
        return alone(replies[0], self.earliest, free_end=way.last is not way.middle, most=most)

    def final_lag(self, replies: Replies) -> float:
        """Seconds after which the last end of all can be shown, if first texts are shown as soon as may be."""
        if self.threads:
            return 0.0
        ways = [self._way(way) for way in self.ways]
        firsts = {way.first: _Taps(self.limits[way.first].budget, replies[0][0]) for way in ways}
        lasts: dict[str, _Taps] = {}
        begun = []
        for arrivals in replies:
            way = min(ways, key=lambda way: firsts[way.first].next_at)
            begun.append((arrivals[-1], firsts[way.first].take(arrivals[0]), way.last))
        worst = 0.0
        for end, shown_at, last in sorted(begun):
            at = shown_at
            if shown_at < end:
                taps = [lasts.setdefault(name, _Taps(self.limits[name].budget, end)) for name in last]
                at = min(taps, key=lambda tap: tap.next_at).take(end)
            worst = max(worst, at - end)
        return worst

    def refill(self) -> float:
        """Seconds until the slowest bucket that ends are shown from has one token more."""
        ways = [self._way(way) for way in self.ways]
        return max(min(1 / self.limits[name].budget.rate for name in way.last) for way in ways)

    def _way(self, way: Growing) -> Way:
        """Its buckets. The text of an end can also be shown as newer text, which needs no end to be right."""
        first, middle, last = (self._name(one) for one in (way.first, way.middle, way.last))
        return Way(first, middle, tuple(sorted({last, middle})))

    def _name(self, operation: Operation) -> str:
        """The narrowest bucket of a call."""
        names = [key.name for key in self.keys(operation, self.thread(0)) if key.name in self.limits]
        return min(names, key=lambda name: self.limits[name].budget.rate)


class _Taps:
    """The tokens of a bucket that was full, each taken as soon as it is there."""

    def __init__(self, budget: Budget, begin: float) -> None:
        self._budget = budget
        self._begin = begin
        self._taken = 1.0

    @property
    def next_at(self) -> float:
        return self._begin + max(0.0, self._taken - self._budget.burst) / self._budget.rate

    def take(self, now: float) -> float:
        """When somebody who asks from `now` on has the next token."""
        at, self._taken = max(now, self.next_at), self._taken + 1
        return at


EDITS = Growing(Operation.POST, Operation.EDIT, Operation.EDIT, slack.CAPABILITIES.edit_gap)
NATIVE = Growing(Operation.STREAM_START, Operation.STREAM_APPEND, Operation.STREAM_STOP, GAP)
UPDATES, APPENDS = Budget(10, 50 / 60), Budget(20, 100 / 60)
SLACK_COUNTS = {
    "chat.postMessage": Limit(Budget(3, 1)),
    "chat.update": Limit(UPDATES),
    "chat.appendStream": Limit(APPENDS),
    "chat.startStream": Limit(Budget(5, 20 / 60)),
    "chat.stopStream": Limit(Budget(5, 20 / 60)),
}
DISCORD_COUNTS = {
    "post": Limit(Budget(5, 1), seconds=5.0, told=True),
    "edit": Limit(Budget(5, 1), seconds=5.0, told=True),
    "global": Limit(Budget(50, 50), seconds=1.0),
}
STANDS = {
    "Slack edits": Stand(slack.CAPABILITIES, slack.budget_keys, SLACK_COUNTS, [EDITS], flowing(UPDATES)),
    "Slack native": Stand(slack.CAPABILITIES, slack.budget_keys, SLACK_COUNTS, [NATIVE], flowing(APPENDS)),
    "Slack mixed": Stand(slack.CAPABILITIES, slack.budget_keys, SLACK_COUNTS, [NATIVE, EDITS], flowing(APPENDS)),
    "Discord": Stand(
        discord.CAPABILITIES,
        discord.budget_keys,
        DISCORD_COUNTS,
        [Growing(Operation.POST, Operation.EDIT, Operation.EDIT, discord.CAPABILITIES.edit_gap)],
        windows(5, 5.0),
        threads=True,
    ),
}
