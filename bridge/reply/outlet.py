"""The way out to one platform instance: every call passes its scheduler."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from bridge.budget.scheduler import Priority, Scheduler
from bridge.clock import Clock
from bridge.errors import BridgeError, OutcomeUnknown, Unprovable
from bridge.meter import Meter
from bridge.model import MessageId, MessageRef, Surface, ThreadRef, UserId
from bridge.platform import (
    DeletesMessages,
    FindsMarkers,
    OpensDirect,
    OpensThreads,
    Operation,
    Part,
    PartKind,
    Platform,
    ShowsActivity,
    StreamsNatively,
)
from bridge.reply.insist import insist
from bridge.trace import Step, Trace

T = TypeVar("T")

REMEMBERED = 1000
"""Deleted messages that are known for our own doing."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """One platform instance as the core writes to it."""

    platform: Platform
    scheduler: Scheduler
    clock: Clock
    name: str = ""
    """What the operator calls the instance."""
    meter: Meter = field(default_factory=Meter)
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the instance is given up: whatever is left for it waits for the next start."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the instance is to be closed: what runs on it ends, and nothing more begins."""
    deleted: dict[MessageId, None] = field(default_factory=dict)
    """The messages that were deleted last, so that the platform's word of it is known for our own doing."""
    trace: Trace | None = None
    """Where the calls are noted, when they are those of one turn."""

    async def call(
        self,
        priority: Priority,
        operation: Operation,
        thread: ThreadRef,
        call: Callable[[], Awaitable[T]],
        weight: Callable[[], float] | None = None,
    ) -> T:
        """Wait for the budget, then make the call. Raises what the call raises."""
        keys = self.platform.budget_keys(operation, thread)
        asked = made = self.clock.monotonic()

        def admitted() -> None:
            nonlocal made
            made = self.clock.monotonic()

        result, failure = "ok", ""
        try:
            return await self.scheduler.run(priority, keys, call, weight=weight, admitted=admitted)
        except BridgeError as error:
            result = type(error).__name__
            failure = f"{result}: {error}"
            raise
        except asyncio.CancelledError:
            result = "cancelled"
            raise
        finally:
            self.meter.called(self.name, operation.value, result)
            if self.trace is not None:
                took = self.clock.monotonic() - made
                self.trace.called(operation.value, waited=made - asked, took=took, failure=failure)

    def taken(self) -> Sequence[Step]:
        """The steps of the turn since the last time, to be written down with what is committed next."""
        return self.trace.take() if self.trace is not None else ()

    async def open_thread(self, thread: ThreadRef, title: str) -> None:
        """Open the thread where the platform needs that; outages are waited out."""
        opener = self.platform
        if isinstance(opener, OpensThreads):
            await insist(
                self.clock,
                lambda: self.call(
                    Priority.FIRST, Operation.OPEN_THREAD, thread, lambda: opener.open_thread(thread, title)
                ),
            )

    async def open_direct(self, thread: ThreadRef, user: UserId) -> ThreadRef | None:
        """The direct conversation with somebody who wrote in a thread; None where the platform has none.

        Outages are waited out. Raises Rejected when this person cannot be written to.
        """
        opener = self.platform
        if not isinstance(opener, OpensDirect) or thread.surface is Surface.DIRECT:
            return None
        return await insist(
            self.clock,
            lambda: self.call(Priority.FINAL, Operation.OPEN_DIRECT, thread, lambda: opener.open_direct(thread, user)),
        )

    async def show_activity(self, thread: ThreadRef, status: Callable[[], str], *, last: bool = False) -> None:
        """Show what the bot is doing by the time of the call, where the platform can; the `last` goes first."""
        shower = self.platform
        if isinstance(shower, ShowsActivity):
            await self.call(
                Priority.ACTIVITY,
                Operation.ACTIVITY,
                thread,
                lambda: shower.show_activity(thread, status()),
                weight=lambda: float(last),
            )

    async def find(
        self, thread: ThreadRef, marker: str, since: datetime, others: Collection[MessageId] = ()
    ) -> MessageRef | None:
        """The message that was posted with `marker` after `since`; None when there is none, or no platform finds any.

        `others` are known to carry other markers. Raises Unprovable when the platform cannot tell.
        """
        finder = self.platform
        if not isinstance(finder, FindsMarkers):
            return None
        return await self.call(
            Priority.FIRST, Operation.HISTORY, thread, lambda: finder.find(thread, marker, since, others)
        )

    async def unmarked(self, thread: ThreadRef, after: MessageId) -> Sequence[MessageRef]:
        """The bot's messages after one that carry no marker; none where messages do not grow."""
        streams = self.platform
        if not isinstance(streams, StreamsNatively):
            return ()
        return await self.call(Priority.FIRST, Operation.HISTORY, thread, lambda: streams.unmarked(thread, after))

    def tracing(self, trace: Trace) -> Outlet:
        """The same way out, whose calls are noted as those of one turn."""
        return replace(self, trace=trace)

    async def delete(self, ref: MessageRef) -> None:
        """Delete a message of ours, where the platform can; outages are waited out."""
        deleter = self.platform
        if isinstance(deleter, DeletesMessages):
            self.deleted[ref.id] = None
            if len(self.deleted) > REMEMBERED:
                del self.deleted[next(iter(self.deleted))]
            await insist(
                self.clock,
                lambda: self.call(Priority.FINAL, Operation.DELETE, ref.thread, lambda: deleter.delete(ref)),
            )

    async def tell(
        self,
        thread: ThreadRef,
        text: str,
        marker: str,
        *,
        again: datetime | None = None,
        others: Collection[MessageId] = (),
    ) -> None:
        """Post a sentence of the bridge's own that belongs to no turn; outages are waited out.

        `again` says that it may have been posted already, after then: it is looked up first, and not among `others`.
        Where nobody can tell, it is said: better twice than never.
        """
        part = Part(text, PartKind.NOTICE, final=True)
        unsure, since = again is not None, again or self.clock.now()

        async def post() -> MessageRef:
            nonlocal unsure
            found = None
            with contextlib.suppress(Unprovable):
                found = await self.find(thread, marker, since, others) if unsure else None
            self.scheduler.permit()  # looking takes its time
            try:
                return found or await self.platform.post(thread, part, marker)
            except OutcomeUnknown:
                unsure = True
                raise

        await insist(self.clock, lambda: self.call(Priority.FINAL, Operation.POST, thread, post))
