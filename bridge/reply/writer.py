"""Brings a document to the screen: one call in flight, newest text wins, the end always shown."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from bridge.budget.scheduler import Priority
from bridge.clock import within
from bridge.errors import (
    BridgeError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Rejected,
    TooLong,
)
from bridge.model import ThreadRef, UserId
from bridge.platform import Operation
from bridge.reply.document import Document
from bridge.reply.ending import unless
from bridge.reply.growth import NATIVE, Growth
from bridge.reply.insist import Backoff
from bridge.reply.journal import Journal
from bridge.reply.layout import Layout, Step
from bridge.reply.marks import Slot
from bridge.reply.outlet import Outlet
from bridge.reply.pacing import Length

log = structlog.get_logger(__name__)

AT_ONCE = 1e-6
"""Seconds that are not worth sleeping."""
RECEIPT = 5.0
"""Seconds that a call in flight gets when the program stops."""


class Writer:
    """Shows one reply. `touch` it when the document changed, `finish` it once, at the end."""

    def __init__(
        self,
        document: Document,
        journal: Journal,
        outlet: Outlet,
        thread: ThreadRef,
        length: Length,
        *,
        asker: UserId,
        most_parts: int,
        stopped: Callable[[], object],
    ) -> None:
        """`stopped` is called when a person stopped the reply where it is shown."""
        self._document = document
        self._journal = journal
        self._outlet = outlet
        self._thread = thread
        self._clock = outlet.clock
        self._layout = Layout(document, journal.answer, outlet.platform, most_parts)
        self._growth = Growth(
            outlet, thread, length, layout=self._layout, journal=journal, asker=asker, stopped=stopped
        )
        self._changed = asyncio.Event()
        self._ending = asyncio.Event()
        self._call: asyncio.Task[None] | None = None
        self._unshown = self._shown_size = 0
        self._shown_at = outlet.clock.monotonic()
        self._backoff = Backoff()
        self._not_before = 0.0
        self.first_shown_at: float | None = None
        """The clock's `monotonic()` when the first text was on screen."""
        self.task = asyncio.create_task(self._stream(), name="writer")
        """Ends before `finish` only by failing; its exception is what no waiting can mend."""

    @property
    def behind(self) -> float | None:
        """For how many seconds text has waited to be shown, at most; None before the first is on screen."""
        waited = self._clock.monotonic() - self._shown_at if self._unshown else 0.0
        return None if self.first_shown_at is None else waited

    def touch(self) -> None:
        """The document has newer text. Never blocks: called for each delta."""
        self._unshown += 1
        self._changed.set()

    async def finish(self, *, whole: bool) -> None:
        """Show the whole document; returns once the platform has confirmed all of it.

        `whole` says that it is all of the answer. A turn that was taken up may end before the chatbot has said again
        what it had said: then what stands there stays. Rate limits and outages are waited out. Raises what no waiting
        can mend: Rejected, InstanceFailed, StoreError.
        """
        self._ending.set()
        self._changed.set()
        await self.task
        while self._layout.next(final=True) is not None:
            await self._rest()
            await self._step(Priority.FINAL, final=True)
        for shown in self._layout.surplus() if whole or self._document.text else ():
            try:
                await self._journal.drop(self._journal.answer.index(shown))
            except Rejected as error:
                log.warning("reply.surplus_left", thread=self._thread.id, reason=str(error))

    async def say(self, slot: Slot, text: str) -> None:
        """Post a sentence of the bridge's own, once, also after a restart. Raises as `finish` does."""
        await self._journal.say(slot, text)

    async def close(self) -> None:
        """Stop where it is. What is shown stays, and the journal knows it: a call in flight gets its receipt."""
        self.task.cancel()
        await asyncio.wait({self.task})
        if self._call is not None and not self._call.cancelled():
            with contextlib.suppress(TimeoutError, BridgeError):  # the next process finds out what became of it
                await within(self._clock, RECEIPT, self._call)

    async def _stream(self) -> None:
        """Show newer text whenever there is some and it may be shown, until the end."""
        with self._growth:
            while not self._ending.is_set():
                await self._changed.wait()
                self._changed.clear()
                while not self._ending.is_set() and self._layout.next(final=False) is not None:
                    await unless(self._ending, self._rest())
                    priority = Priority.MIDDLE if self._journal.answer else Priority.FIRST
                    await unless(self._ending, self._step(priority, final=False), busy=self._calling)

    async def _rest(self) -> None:
        """Wait until the next call is due: a first and a final at once, middles spaced, all after an outage."""
        while (wait := self._due(self._clock.monotonic())) > AT_ONCE:
            await self._clock.sleep(wait)
        if self._spaced() and (linger := self._growth.pace.linger(self._clock.monotonic(), self._unshown)) > AT_ONCE:
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await within(self._clock, linger, self._changed.wait())

    def _due(self, now: float) -> float:
        """Seconds after which to look again; none when the call is due."""
        return max(self._not_before, self._growth.pace.next_at(now, self._unshown) if self._spaced() else now) - now

    def _spaced(self) -> bool:
        return bool(self._journal.answer) and not self._ending.is_set()

    async def _step(self, priority: Priority, *, final: bool) -> None:
        """Wait for the budget and make the next call, with the text as it is by then."""
        step = self._layout.next(final=final)
        # Decided and queued at once: others that decide now must see who waits where.
        while step is not None and not self._growth.ready(step):
            step = self._layout.next(final=final)
        if step is None:
            return
        try:
            await self._outlet.call(
                priority, step.operation, self._thread, lambda: self._show(step.operation, final=final), self._urgency
            )
        except RateLimited:
            pass  # the scheduler holds the next call back for as long as the platform asked
        except (PlatformUnavailable, OutcomeUnknown):
            self._not_before = self._clock.monotonic() + self._backoff.wait()
        except Rejected as error:
            if step.operation not in NATIVE:  # those go on by edits
                self._mend(step, error)
        else:
            self._backoff.reset()

    def _mend(self, step: Step, error: Rejected) -> None:
        """Lay out the reply differently. Raises the error where that does not help."""
        if step.operation is Operation.UPLOAD:
            self._layout.refuse_files()
        elif isinstance(error, TooLong):
            if not self._layout.shrink():
                raise error
        elif step.operation is Operation.EDIT and not isinstance(error, Gone | Forbidden):
            self._layout.freeze(step.number)  # it is said in a message of its own
        else:
            raise error

    async def _show(self, operation: Operation, *, final: bool) -> None:
        """Make the call that is due by now. It goes to its end also when nobody waits for it any more."""
        step = self._layout.next(final=final)
        if step is None or step.operation is not operation:
            return
        touched, size, began_at = self._unshown, len(self._document.text), self._clock.monotonic()
        self._call = asyncio.create_task(self._make(step), name="platform call")
        try:
            await asyncio.shield(self._call)
        finally:
            if self._call.done():  # only now: until here nobody has heard what became of it
                self._call = None
        if touched and self.first_shown_at is not None:
            self._outlet.meter.shown(self._outlet.name, began_at - self._shown_at)
        self._unshown -= touched
        self._shown_size = size
        self._shown_at = self._clock.monotonic()
        self._growth.shown(began_at)
        if self.first_shown_at is None:
            self.first_shown_at = self._shown_at

    async def _make(self, step: Step) -> None:
        if step.operation in NATIVE:
            try:
                await self._growth.make(step, self._changed)
            except PlatformError as error:
                self._growth.failed(step, error)
                raise
        elif step.operation is Operation.UPLOAD:
            await self._journal.upload(step.part, step.content)
        elif step.operation is Operation.EDIT:
            await self._journal.edit(step.number, step.part)
        elif step.number < len(self._journal.answer):
            await self._journal.replace(step.number, step.part)
            self._layout.thaw(step.number)
        else:
            await self._journal.post(step.part)

    def _calling(self) -> bool:
        return self._call is not None

    def _urgency(self) -> float:
        """How much text is not shown yet, times for how long."""
        return (len(self._document.text) - self._shown_size) * (self._clock.monotonic() - self._shown_at)
