"""Brings a document to the screen: one call in flight, newest text wins, the end always shown."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass
from typing import Literal

import structlog

from bridge.budget.scheduler import Priority
from bridge.clock import Clock
from bridge.errors import (
    Gone,
    NotEditable,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    TooLong,
)
from bridge.model import ThreadRef
from bridge.platform import Operation, Part, PartKind
from bridge.reply.document import Document
from bridge.reply.journal import Journal
from bridge.reply.outlet import Outlet
from bridge.reply.pacing import Pace
from bridge.reply.split import Splitter

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """The next call that would bring the screen closer to the text."""

    operation: Literal[Operation.POST, Operation.EDIT]
    number: int
    part: Part


class Writer:
    """Shows one reply. `touch` when the document changed; `finish` once, at the end."""

    def __init__(
        self, document: Document, journal: Journal, outlet: Outlet, thread: ThreadRef, clock: Clock, pace: Pace
    ) -> None:
        self._document = document
        self._journal = journal
        self._outlet = outlet
        self._thread = thread
        self._clock = clock
        self._pace = pace
        self._splitter = Splitter()
        self._changed = asyncio.Event()
        self._ending = asyncio.Event()
        self._in_call = False
        self._delay = 0.5
        self.first_shown_at: float | None = None
        """`clock.monotonic()` when the first text was on screen."""
        self._task = asyncio.create_task(self._stream(), name="writer")

    def touch(self) -> None:
        """The document has newer text. Never blocks: called for each delta."""
        self._changed.set()

    async def finish(self) -> None:
        """Show the whole document; returns once the platform has confirmed all of it.

        Rate limits and outages are waited out. Raises what no waiting can mend: Gone, Forbidden, Rejected,
        InstanceFailed.
        """
        self._ending.set()
        self._changed.set()
        await self._task
        while (step := self._next(final=True)) is not None:
            priority = Priority.FINAL if self._journal.shown else Priority.FIRST
            await self._take(step, priority, final=True)

    async def notice(self, text: str) -> None:
        """Post a sentence of the bridge's own below what is shown; once, also after a restart. Call after `finish`."""
        part = Part(text, PartKind.NOTICE, final=True)
        count = len(self._journal.shown)
        while len(self._journal.shown) == count:
            step = Step(Operation.POST, count, part)
            await self._attempt(step, Priority.FINAL, lambda: self._journal.post(part))

    async def close(self) -> None:
        """Stop where it is. What is shown stays, and the journal knows it."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _stream(self) -> None:
        """Show newer text whenever there is some and it may be shown, until the end."""
        while not self._ending.is_set():
            await self._changed.wait()
            self._changed.clear()
            while not self._ending.is_set() and (step := self._next(final=False)) is not None:
                first = not self._journal.shown
                if not first:
                    await self._pause()
                    if self._ending.is_set():
                        return
                await self._admit(step, Priority.FIRST if first else Priority.MIDDLE)

    async def _pause(self) -> None:
        """Wait until the next middle is due, or the end."""
        due = self._pace.next_at(self._clock.monotonic()) - self._clock.monotonic()
        if due > 0:
            await self._unless_ending(self._clock.sleep(due))

    async def _admit(self, step: Step, priority: Priority) -> None:
        """Take one step, unless the end comes while it still waits for its turn."""
        await self._unless_ending(self._take(step, priority, final=False))

    async def _unless_ending(self, work: contextlib.AbstractAsyncContextManager[None]) -> None: ...
