"""What one turn shows: in its thread, or to the asker directly where the thread takes no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bridge import notices
from bridge.desk import Ask, Desk
from bridge.errors import MessageGone, Rejected, Unprovable
from bridge.model import ThreadRef
from bridge.reply.document import Document
from bridge.reply.journal import Journal
from bridge.reply.marks import DIRECT, Slot, marker
from bridge.reply.outlet import Outlet
from bridge.reply.pacing import Length
from bridge.reply.writer import Writer
from bridge.store import TurnRow

log = structlog.get_logger(__name__)


class Showing:
    """Brings a document to where the asker sees it.

    `stopped` is called when nobody wants the rest of it, or it can be shown nowhere; `broke` with what no other place
    mends: a StoreError, InstanceFailed or a defect.
    """

    def __init__(
        self,
        desk: Desk,
        outlet: Outlet,
        thread: ThreadRef,
        ask: Ask,
        document: Document,
        *,
        stopped: Callable[[], object],
        broke: Callable[[BaseException], None],
    ) -> None:
        self._store = desk.store
        self._outlet = outlet
        self._thread = thread
        first = ask.messages[0].message
        self._again = first.sent_at if ask.again else desk.earlier(first)
        self._asker = ask.messages[-1].message.author.id
        self._most_parts = ask.most_parts
        self._seed = (thread.instance, thread.workspace, thread.channel, thread.id, ask.messages[0].message.id)
        self._document = document
        self._stopped = stopped
        self._broke = broke
        self._row: TurnRow | None = None
        self._writer: Writer | None = None
        self._moving: asyncio.Task[bool] | None = None
        self._first: float | None = None
        self.length = desk.lengths.setdefault(ask.chatbot, Length())
        """How long the replies of this chatbot take."""

    @property
    def behind(self) -> float | None:
        """For how many seconds text has waited to be shown, at most; None before the first is on screen."""
        return self._writer.behind if self._writer is not None else None

    @property
    def first_shown_at(self) -> float | None:
        """The clock's `monotonic()` when the first text was on screen."""
        return self._first if self._first is not None or self._writer is None else self._writer.first_shown_at

    @property
    def is_open(self) -> bool:
        """Whether `say` and `finish` can be called."""
        return self._writer is not None

    async def open(self, row: TurnRow) -> None:
        """Take up what is shown of a turn; open already is success. Raises PlatformError and StoreError."""
        if self._writer is not None:
            return
        self._row = row
        if any(part.number >= DIRECT for part in row.parts) and await self._moved("an earlier process went there"):
            return
        try:
            self._writer = self._write(await self._restored(row, self._thread), self._thread)
        except Rejected as error:
            if not await self._moved(str(error)):
                raise

    def touch(self) -> None:
        """The document has newer text. Never blocks: called for each delta."""
        if self._writer is not None:
            self._writer.touch()

    async def finish(self, *, whole: bool) -> None:
        """Show the whole document; returns once the platform has confirmed all of it. `whole` is that of `Writer`.

        Raises MessageGone when somebody deleted it, another Rejected when it can be shown nowhere, InstanceFailed and
        StoreError.
        """
        await self._somewhere(lambda writer: writer.finish(whole=whole))

    async def say(self, slot: Slot, text: str) -> None:
        """Post a sentence of the bridge's own, once, also after a restart. Raises as `finish` does."""
        await self._somewhere(lambda writer: writer.say(slot, text))

    async def tell(self, text: str) -> None:
        """Say how a turn ended that was never begun. Raises as `finish` does."""
        mark = marker(*self._seed, "outcome")
        try:
            await self._outlet.tell(self._thread, text, mark, again=self._again)
        except Rejected:
            place = await self._outlet.open_direct(self._thread, self._asker)
            if place is None:
                raise
            await self._outlet.tell(place, text, mark, again=self._again)

    async def close(self) -> None:
        """Stop where it is; see `Writer.close`."""
        if self._moving is not None:
            self._moving.cancel()
            await asyncio.wait({self._moving})
        if self._writer is not None:
            await self._writer.close()

    async def _somewhere(self, act: Callable[[Writer], Awaitable[None]]) -> None:
        """Do it in the thread, or in the asker's direct conversation where the thread refuses it for good."""
        if self._moving is not None:
            await asyncio.shield(self._moving)
        writer = self._current
        try:
            await act(writer)
        except MessageGone:
            raise
        except Rejected as error:
            if not await self._moved(str(error)) or self._current is writer:
                raise
            await act(self._current)

    @property
    def _current(self) -> Writer:
        assert self._writer is not None  # noqa: S101 - `open` comes first
        return self._writer

    async def _restored(self, row: TurnRow, place: ThreadRef, base: int = 0) -> Journal:
        journal = Journal(self._store, self._outlet, place, row, marker(*self._seed), base=base)
        await journal.restore(row.parts)
        return journal

    def _write(self, journal: Journal, place: ThreadRef) -> Writer:
        writer = Writer(
            self._document,
            journal,
            self._outlet,
            place,
            self.length,
            asker=self._asker,
            most_parts=self._most_parts,
            stopped=self._stopped,
        )
        writer.task.add_done_callback(self._ended)
        return writer

    def _ended(self, task: asyncio.Task[None]) -> None:
        """The text cannot be shown as it comes: before the end of the answer, a writer ends only by failing."""
        error = None if task.cancelled() else task.exception()
        moving = self._moving
        if isinstance(error, Rejected) and not isinstance(error, MessageGone):
            if moving is None:
                self._move(str(error)).add_done_callback(self._arrived)
            elif moving.done():  # until then, it is the place that is being left
                self._stopped()
        elif isinstance(error, Rejected | Unprovable):
            self._stopped()
        elif error is not None:
            self._broke(error)

    async def _moved(self, reason: str) -> bool:
        """Whether the answer goes on in the asker's direct conversation."""
        return await asyncio.shield(self._moving or self._move(reason))

    def _move(self, reason: str) -> asyncio.Task[bool]:
        self._moving = moving = asyncio.create_task(self._go_direct(reason), name="to the asker directly")
        moving.add_done_callback(self._moved_or_broke)
        return moving

    def _moved_or_broke(self, task: asyncio.Task[bool]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, Unprovable):
            self._broke(error)

    def _arrived(self, task: asyncio.Task[bool]) -> None:
        """Nobody waits for this move: without a place, the rest of the answer is no use."""
        if not task.cancelled() and (task.exception() is not None or not task.result()):
            self._stopped()

    async def _go_direct(self, reason: str) -> bool:
        """Begin again in the asker's direct conversation, with why; False where that cannot be."""
        assert self._row is not None  # noqa: S101 - set by `open`
        thread, left = self._thread, self._writer
        try:
            place = await self._outlet.open_direct(thread, self._asker)
            if place is None:
                return False
            journal = await self._restored(self._row, place, DIRECT)
            log.info("reply.direct", thread=thread.id, reason=reason)
            if self._outlet.trace is not None:
                self._outlet.trace.note("moved", f"to the asker's direct conversation: {reason}")
            await journal.say(Slot.ELSEWHERE, notices.ELSEWHERE)
        except Rejected as error:
            log.warning("reply.not_direct", thread=thread.id, reason=str(error))
            return False
        if left is not None:
            await left.close()
        self._first, self._writer = self.first_shown_at, self._write(journal, place)
        self._writer.touch()
        return True
