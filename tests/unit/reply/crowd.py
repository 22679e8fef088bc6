"""Many replies at once in one workspace, on virtual time: the real writers, budgets and status lines."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.budget.scheduler import Scheduler
from bridge.chatbot import Complete, Delta
from bridge.model import ChannelId, InstanceName, MessageId, Surface, ThreadId, ThreadRef, UserId, WorkspaceId
from bridge.platform import Budget, BudgetKey, Operation
from bridge.reply.activity import show_activity
from bridge.reply.document import Document
from bridge.reply.journal import Journal
from bridge.reply.outlet import Outlet
from bridge.reply.pacing import Length
from bridge.reply.writer import Writer
from bridge.store import Store, TurnRow, TurnState, WaitingMessage
from bridge.store.parts import Parts
from bridge.testing import MemoryPlatform, MemoryWorld, VirtualClock
from bridge.testing.messages import at_the_top
from bridge.testing.streaming import StreamingMemoryPlatform
from bridge.trace import Step
from bridge_slack import limits

EVERY = 5.0
"""Seconds between two deltas."""


class Receipts(Parts):
    """A journal that is not kept."""

    def __init__(self) -> None:
        """Without a database."""

    async def posting(self, turn: int, number: int, marker: str, steps: Sequence[Step] = ()) -> None:
        """Taken."""

    async def posted(self, turn: int, number: int, message: MessageId) -> None:
        """Taken."""


class NoStore(Store):
    """Takes receipts: writers ask it for no more."""

    def __init__(self) -> None:
        self.parts = Receipts()

    def confirm(self) -> None:
        """It is."""


class Workspace(MemoryPlatform):
    """Counts calls as Slack does: edits and status lines for the workspace, posts for each channel too."""

    def budget_keys(self, operation: Operation, thread: ThreadRef) -> tuple[BudgetKey, ...]:
        return limits.budget_keys(operation, thread)


class StreamingWorkspace(StreamingMemoryPlatform, Workspace):
    """One where messages can grow."""


@dataclass
class Reply:
    """One reply of a crowd."""

    thread: ThreadRef
    seconds: float
    text: str = ""
    ended_at: float = 0.0
    done_at: float = 0.0


class Crowd:
    """Replies that begin together and end at different times; `native` has other budgets, and lets messages grow."""

    def __init__(self, lengths: Sequence[float], native: Mapping[str, Budget] | None = None) -> None:
        self.clock = VirtualClock()
        self.budgets = {**limits.CAPABILITIES.budgets, **(native or {})}
        capabilities = replace(limits.CAPABILITIES, budgets=self.budgets)
        self.world = MemoryWorld(clock=self.clock, capabilities=capabilities, limits=True)
        self.world.stream_seconds = 240.0
        platform = Workspace(self.world) if native is None else StreamingWorkspace(self.world)
        self.outlet = Outlet(platform, Scheduler(self.clock, self.budgets), self.clock)
        self.length = Length(sum(lengths) / len(lengths))
        self.replies = [Reply(place(number), seconds) for number, seconds in enumerate(lengths)]

    async def run(self) -> None:
        """Write them all."""
        await self.clock.run(asyncio.gather(*(self._write(reply) for reply in self.replies)))

    @property
    def calls(self) -> Counter[Operation]:
        """How many calls of each kind took effect."""
        return Counter(call.operation for call in self.world.calls)

    @property
    def refused(self) -> int:
        """How many kinds of call were refused: a refusal lowers the rate for minutes."""
        budgets, scheduler = self.budgets, self.outlet.scheduler
        shares = {name: scheduler.shares([BudgetKey(name, "W")], self.clock.monotonic())[0] for name in budgets}
        return sum(share.rate < budgets[name].rate for name, share in shares.items())

    def complete_at(self, reply: Reply) -> float:
        """When the whole text of a reply was first on screen."""
        return next(one.at for one in self.world.calls if one.thread == reply.thread and one.text == reply.text)

    async def _write(self, reply: Reply) -> None:
        document, clock = Document(), self.clock
        journal = Journal(NoStore(), self.outlet, reply.thread, row(reply.thread), reply.thread.id)
        writer = Writer(
            document,
            journal,
            self.outlet,
            reply.thread,
            self.length,
            asker=UserId("U"),
            most_parts=20,
            stopped=lambda: None,
        )
        activity = asyncio.create_task(show_activity(self.outlet, reply.thread, document, lambda: writer.behind))
        end = clock.monotonic() + reply.seconds
        while clock.monotonic() < end:
            reply.text += "more words "
            document.apply(Delta("a", "more words "))
            writer.touch()
            await clock.sleep(EVERY)
        document.apply(Complete("a", reply.text + "the end"))
        reply.text += "the end"
        reply.ended_at = clock.monotonic()
        await writer.finish(whole=True)
        reply.done_at = clock.monotonic()
        activity.cancel()
        await asyncio.wait({activity})
        await writer.close()


def place(number: int) -> ThreadRef:
    """A thread in a channel of its own."""
    channel = ChannelId(f"C{number}")
    return ThreadRef(InstanceName("memory"), WorkspaceId("W"), channel, ThreadId(f"T{number}"), Surface.THREAD)


def row(thread: ThreadRef) -> TurnRow:
    """A turn that has just begun."""
    now = VirtualClock().now()
    message = at_the_top(thread, 1, "Ada", "?", now)
    asked = WaitingMessage(1, 1, message, route="routes[0]", chatbot="echo")
    return TurnRow(1, 1, 1, TurnState.ASKED, "", 1, now, now, None, (asked,), (), None, None)
