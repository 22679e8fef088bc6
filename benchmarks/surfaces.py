"""The platforms as the benchmark of streaming sees them: how replies are shown there, and what the platform counts."""

from __future__ import annotations

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

    def optimum(self, replies: Replies) -> tuple[float, str]:
        """The least mean staleness, and whether that is exact or a bound."""
        if len(replies) == 1 or self.threads:
            free_end = self.ways[0].last is not self.ways[0].middle
            return alone(replies[0], self.earliest, free_end=free_end), "exact" if len(replies) == 1 else "bound"
        budgets = {name: limit.budget for name, limit in self.limits.items()}
        return shared(replies, [self._way(way) for way in self.ways], budgets), "bound"

    def _way(self, way: Growing) -> Way:
        first, middle, last = (self.keys(one, self.thread(0))[0].name for one in (way.first, way.middle, way.last))
        return Way(first, middle, tuple({last, middle}))

    def final_lag(self, replies: Replies) -> float:
        """How long the last of all ends must wait when first texts go first, and one refill of its bucket more."""
        begin, end = min(one[0] for one in replies), max(one[-1] for one in replies)
        counts = {}
        way = self.ways[-1]
        name = self.keys(way.first, self.thread(0))[-1 if self.threads else 0].name
        last = self.limits[self.keys(way.last, self.thread(0))[-1 if self.threads else 0].name].budget
        return 0.0


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
