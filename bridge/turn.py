"""One turn, from its question to the end of its reply. Each state is committed before its effect."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime

from bridge import notices, outcome
from bridge.chatbot import TurnEnded
from bridge.chatbots import Attached
from bridge.desk import Ask, Desk
from bridge.dialogue import ATTEMPTS, Dialogue, Told
from bridge.errors import (
    BridgeError,
    ChatbotError,
    InstanceFailed,
    Outdated,
    PlatformError,
    Rejected,
    StoreError,
    Unprovable,
)
from bridge.hookspecs import FinishedTurn
from bridge.outcome import Outcome
from bridge.reply.activity import show_activity
from bridge.reply.document import Document
from bridge.reply.marks import Slot
from bridge.reply.outlet import Outlet
from bridge.showing import Showing
from bridge.store import ThreadRow, TurnRow, TurnState
from bridge.tasks import cancelled
from bridge.trace import Trace


class Turn:
    """Asks in the thread's session and shows the answer. `row` is there when an earlier process began it."""

    def __init__(self, desk: Desk, outlet: Outlet, thread: ThreadRow, ask: Ask, row: TurnRow | None = None) -> None:
        self._desk = desk
        self._trace = Trace(desk.clock)
        self._outlet = outlet.tracing(self._trace)
        self._thread = thread
        self._ask = ask
        self._row = row
        self._document = Document(ask.show)
        self._opening: asyncio.Task[None] | None = None
        self._interrupted = asyncio.Event()
        self._nudging: asyncio.Task[None] | None = None
        self._broken: BaseException | None = None
        self._ending = self._left = False
        self._binding = thread.binding
        self._began = desk.clock.monotonic()
        self.waiting = False
        """True while an approval or a sign-in is open."""
        self._showing = Showing(
            desk, self._outlet, thread.ref, ask, self._document, stopped=self.stop, broke=self._broke
        )
        told = Told(self._bound, self._attempt, self._waits, self._resumes, self._showing.touch)
        until = row.waiting_until if row is not None else None
        self._dialogue = Dialogue(desk, thread, ask, self._document, told, trace=self._trace, until=until)

    def stop(self) -> bool:
        """Nobody wants the rest of it; `run` ends soon. False when it is ending already."""
        if self._ending:
            return False
        self._interrupted.set()
        return True

    def asked_before(self, moment: datetime) -> bool:
        """Whether its newest question was sent before `moment`, which is the platform's time too."""
        return self._ask.messages[-1].message.sent_at <= moment

    def leave(self) -> None:
        """Its question was changed or deleted: `run` ends soon and leaves the turn as it is."""
        self._left = True
        self._interrupted.set()

    @property
    def id(self) -> int | None:
        """Its number in the database; None before it has one."""
        return self._row.id if self._row is not None else None

    def nudge(self) -> None:
        """Somebody wrote while the turn waits for an approval: say once that it still does."""
        if self.waiting and self._showing.is_open and self._nudging is None and not self._interrupted.is_set():
            self._nudging = asyncio.create_task(self._still_waits(), name="nudge")

    async def _still_waits(self) -> None:
        with contextlib.suppress(BridgeError):  # what cannot be said does no harm, and the turn itself will hear of it
            await self._showing.say(Slot.WAITING, notices.STILL_WAITING)

    async def run(self) -> None:
        """Bring the turn to its end. When cancelled, everything stays as it is for the next process.

        Raises StoreError, and InstanceFailed when the platform instance is given up; both leave it as it is, too. What
        else chatbots and platforms do wrong ends the turn and is told.
        """
        ref = self._thread.ref
        meter, sent_at = self._desk.meter, self._ask.messages[0].message.sent_at
        meter.begun(ref.instance, (self._desk.clock.now() - sent_at).total_seconds())
        if self._row is not None:
            self._trace.note("taken up", "from an earlier process, or after a failure of this one")
        async with contextlib.AsyncExitStack() as leaving:
            for left in (self._leave_trace, self._dialogue.detach, self._showing.close):
                leaving.push_async_callback(left)
            await self._run(leaving)

    async def _run(self, leaving: contextlib.AsyncExitStack) -> None:
        ref = self._thread.ref
        tasks = [
            asyncio.create_task(
                show_activity(self._outlet, ref, self._document, lambda: self._showing.behind), name="activity"
            ),
            work := asyncio.create_task(self._dialogue.run(asked=self._row is not None), name="dialogue"),
            interruption := asyncio.create_task(self._interrupted.wait()),
        ]
        begun = self._row is not None and any(part.message is not None for part in self._row.parts)
        if self._thread.may_need_opening and not begun:
            title = self._ask.messages[0].message.text
            tasks.append(opening := asyncio.create_task(self._outlet.open_thread(ref, title), name="opening"))
            self._opening = opening
        leaving.push_async_callback(cancelled, *tasks)
        leaving.push_async_callback(self._stop_nudging)
        leaving.callback(self._desk.meter.left)
        await asyncio.wait({work, interruption}, return_when=asyncio.FIRST_COMPLETED)
        await self._stop_nudging()
        if self._broken is not None:
            raise self._broken
        if not self._left:
            await self._end(await self._outcome(work))

    async def _stop_nudging(self) -> None:
        """Nothing is waited for any more."""
        if self._nudging is not None:
            await cancelled(self._nudging)

    async def _bound(self, attached: Attached) -> None:
        """A session is attached: write down that it is about to be asked, and have a way to show the answer."""
        self._binding = attached.binding
        await self._opened()
        if self._row is None:
            ids = [message.id for message in self._ask.messages]
            self._row = await self._desk.store.begin_turn(self._thread.id, attached.binding.id, ids)
            if self._row.messages != tuple(self._ask.messages):
                raise Outdated(f"a question of turn {self._row.id} was changed before it was asked")
        elif attached.renewed:
            await self._desk.store.move_turn(self._row.id, attached.binding.id)
        await self._showing.open(self._row)
        if attached.notice is not None:
            await self._showing.say(Slot.CONTEXT, attached.notice)

    async def _opened(self) -> None:
        """The thread is open. Where it was refused, the first post will be too, and finds another place."""
        if self._opening is not None:
            with contextlib.suppress(Rejected):
                await asyncio.shield(self._opening)

    def _broke(self, error: BaseException) -> None:
        """What nobody in the thread can mend: the turn is left as it is."""
        self._broken = error
        self._interrupted.set()

    async def _attempt(self) -> bool:
        return self._row is not None and await self._desk.store.attempt_turn(self._row.id) <= ATTEMPTS

    async def _waits(self, kind: str, until: datetime) -> None:
        if not self.waiting and self._row is not None:
            await self._desk.store.wait_turn(self._row.id, kind, until)
        self.waiting = True

    async def _resumes(self) -> None:
        if self.waiting and self._row is not None:
            await self._desk.store.resume_turn(self._row.id)
        self.waiting = False

    async def _outcome(self, work: asyncio.Task[TurnEnded]) -> Outcome:
        """How it went. A turn that was interrupted is stopped at the chatbot first."""
        if not work.done():
            work.cancel()
            await asyncio.wait({work})
            await self._dialogue.stop()
            return outcome.STOPPED
        try:
            return outcome.of_end(work.result(), empty=self._document.silent)
        except ChatbotError as error:
            return outcome.of_error(error)
        except InstanceFailed:
            raise
        except PlatformError as error:
            return outcome.of_silence(error)

    async def _end(self, result: Outcome) -> None:
        """Show the rest, say what there is to say, and close the turn."""
        self._ending = True
        try:
            await self._show(result)
        except InstanceFailed:
            raise
        except PlatformError as error:
            result = outcome.of_silence(error)
            await self._apologise(result)
        store = self._desk.store
        # A stop that came while the turn was being begun leaves a row that nobody was told of.
        row = self._row or await store.unfinished_turn(self._thread.id)
        if row is None:
            ids = [message.id for message in self._ask.messages]
            await store.end_messages(self._thread.id, ids, result.state, result.reason)
        else:
            last = self._document.last_message or None
            steps = self._trace.take(all_=True)
            await store.end_turn(
                row.id, result.state, result.reason, arrived=self._dialogue.arrived, last_seen=last, steps=steps
            )
        self._report(result)

    async def _apologise(self, result: Outcome) -> None:
        """Say that nobody can tell how far the answer got, if that can be said."""
        if result.notice is None:
            return
        if self._showing.is_open:
            with contextlib.suppress(Rejected, Unprovable):
                await self._showing.say(Slot.OUTCOME, result.notice)
                return
        with contextlib.suppress(Rejected, Unprovable):
            await self._showing.tell(result.notice)

    async def _show(self, result: Outcome) -> None:
        showing = self._showing
        if showing.is_open:
            await showing.finish(whole=result.state is TurnState.ANSWERED)
            if self._ask.remark is not None:
                await showing.say(Slot.FILES, self._ask.remark)
            if result.notice is not None:
                await showing.say(Slot.OUTCOME, result.notice)
        elif result.notice is not None:
            await self._opened()
            await showing.tell(result.notice)

    async def _leave_trace(self) -> None:
        """A turn that is parked keeps what explains it, as far as the database can still be written to."""
        steps = self._trace.take(all_=True)
        if self._row is not None and steps:
            with contextlib.suppress(StoreError):
                await self._desk.store.add_steps(self._row.id, steps)

    def _report(self, result: Outcome) -> None:
        now = self._desk.clock.monotonic()
        first = self._showing.first_shown_at
        if first is not None and result.state is TurnState.ANSWERED:
            self._showing.length.learn(now - first)
        turn = FinishedTurn(
            thread=self._thread.ref,
            session=self._binding.session if self._binding is not None else None,
            chatbot=self._ask.chatbot,
            state=result.state,
            reason=result.reason,
            messages=len(self._ask.messages),
            first_text_after=None if first is None else first - self._began,
            duration=now - self._began,
        )
        self._desk.finished(turn)
