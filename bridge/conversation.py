"""What waits in one thread, taken in order: a turn of an earlier process, words to the bot, questions."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bridge import notices
from bridge.amending import amend
from bridge.batching import ask_for, batch, route_of
from bridge.desk import Desk
from bridge.errors import InstanceFailed, Outdated, Rejected
from bridge.model import InstanceName, Message, ThreadRef
from bridge.question import Wish, unread, wish
from bridge.reply.marks import marker
from bridge.reply.outlet import Outlet
from bridge.route import Route
from bridge.store import Store, ThreadRow, TurnRow, TurnState, WaitingMessage
from bridge.turn import Turn

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all conversations share; `routes` gives those that hold now."""

    store: Store
    desk: Callable[[], AbstractContextManager[Desk]]
    """What the next turn works with, for as long as it lasts."""
    outlets: Mapping[InstanceName, Outlet]
    routes: Callable[[], Sequence[Route]]
    caught_up: Callable[[ThreadRef], Awaitable[None]]
    """Waits for a while until older messages are there that were missed."""


class Conversation:
    """The work of one thread. Used by its lane, one step at a time."""

    def __init__(self, surroundings: Surroundings, thread_id: int) -> None:
        self._desk = surroundings.desk
        self._store = surroundings.store
        self._outlets = surroundings.outlets
        self._routes = surroundings.routes
        self._caught_up = surroundings.caught_up
        self._id = thread_id
        self.instance: InstanceName | None = None
        """Where the thread is, once something is done there."""
        self._turn: Turn | None = None
        self._stopped = False
        self._heard_stop = False
        """True when somebody wrote `stop` since what waits was last read."""
        self._pressed: datetime | None = None
        """When the platform's own Stop was pressed, until no turn is left."""
        self._replying: int | None = None
        """The message that this process began to answer."""

    @property
    def waiting(self) -> bool:
        """True while the running turn waits for somebody to act elsewhere, perhaps for hours."""
        return self._turn is not None and self._turn.waiting

    def heard(self, message: Message) -> None:
        """A message was accepted here. `stop` does not wait for its turn to come."""
        if wish(message) is Wish.STOP:
            self._heard_stop = True
        if self._turn is None:
            return
        if wish(message) is Wish.STOP:
            self._stopped = self._turn.stop() or self._stopped
        elif self._turn.waiting:
            self._turn.nudge()

    def stop(self, at: datetime) -> None:
        """A person pressed the platform's own Stop: of the turn that runs, or that is left and is taken up next.

        A press that is brought late does not stop the answer to what was asked after it.
        """
        self._pressed = at
        if self._turn is not None and self._turn.asked_before(at):
            self._turn.stop()

    def changed(self, turn_id: int | None) -> None:
        """A question or answer was changed or deleted: of this turn, or a question that was in none."""
        self._pressed = None
        if self._turn is not None and turn_id == self._turn.id:
            self._turn.leave()

    async def step(self) -> bool:
        """Do the next thing; False when there is nothing to do. Raises StoreError and whatever is a defect."""
        thread = await self._store.threads.get(self._id)
        outlet = self._outlets.get(thread.ref.instance)
        self.instance = thread.ref.instance
        if outlet is None or outlet.failed.is_set() or outlet.closing.is_set():
            log.warning("conversation.no_platform", thread=self._id, platform=thread.ref.instance)
            return False
        try:
            return await self._step(thread, outlet)
        except Outdated:
            return True  # a question was changed or deleted just now
        except InstanceFailed as error:
            log.warning("conversation.left", thread=self._id, platform=thread.ref.instance, reason=str(error))
            outlet.failed.set()
            return False

    async def _step(self, thread: ThreadRow, outlet: Outlet) -> bool:
        self._heard_stop = False
        wished = await self._store.wished_turn(self._id)
        if wished is not None:
            await self._amend(thread, outlet, wished)
            return True
        row = await self._store.unfinished_turn(self._id)
        if row is None:
            await self._caught_up(thread.ref)
        waiting = await self._store.waiting(self._id)
        if row is not None:
            with self._desk() as desk:
                self._turn = Turn(desk, outlet, thread, ask_for(row.messages, self._routes()), row)
                pressed = self._pressed is not None and self._turn.asked_before(self._pressed)
                if pressed or any(wish(later.message) is Wish.STOP for later in waiting):
                    self._stopped = self._turn.stop()
                await self._run()
            return True
        self._pressed = None
        if waiting:
            await self._take(thread, outlet, waiting)
        return bool(waiting)

    async def _amend(self, thread: ThreadRow, outlet: Outlet, wished: TurnRow) -> None:
        """Do what somebody wishes of a turn, who may have wished something else meanwhile."""
        most_parts = ask_for(wished.messages, self._routes()).most_parts if wished.messages else 0
        with contextlib.suppress(Outdated), self._desk() as desk:
            await amend(desk, outlet, thread, wished, most_parts=most_parts)

    async def give_up(self, error: Exception) -> None:
        """The same thing failed again and again for no reason that anybody foresaw: end it, and say so."""
        thread = await self._store.threads.get(self._id)
        wished = await self._store.wished_turn(self._id)
        row = wished or await self._store.unfinished_turn(self._id)
        messages = row.messages if row is not None else (await self._store.waiting(self._id))[:1]
        reason = f"internal error: {type(error).__name__}: {error}"
        outlet = self._outlets.get(thread.ref.instance)
        if messages and outlet is not None:
            try:
                mark, again = _marker(thread, messages[0], "given up"), messages[0].message.sent_at
                await outlet.tell(thread.ref, notices.UNCERTAIN, mark, again=again)
            except InstanceFailed:
                raise
            except Exception as unsaid:  # noqa: BLE001 - a defect anywhere, and this one has to end
                # The defect that is given up may stand in the way of saying so.
                log.warning("conversation.not_told", thread=self._id, error=type(unsaid).__name__, reason=str(unsaid))
        if wished is not None:
            await self._store.drop_turn(wished.id, reason)
        elif row is not None:
            await self._store.end_turn(row.id, TurnState.FAILED, reason, arrived=False)
        elif messages:
            await self._store.end_messages(self._id, [messages[0].id], TurnState.FAILED, reason)
        else:
            return
        since = row.created_at if row is not None else messages[0].message.sent_at
        with self._desk() as desk:
            desk.ended(thread, TurnState.FAILED, reason, messages=len(messages), since=since)

    async def _take(self, thread: ThreadRow, outlet: Outlet, waiting: Sequence[WaitingMessage]) -> None:
        head, *rest = waiting
        match wish(head.message):
            case Wish.ANSWER if any(wish(later.message) is Wish.STOP for later in rest):
                self._stopped = True
                await self._close(head, TurnState.CANCELLED, "stopped before it was asked")
            case Wish.ANSWER:
                thread = await self._refresh(thread, head)
                routes = self._routes()
                ask = replace(ask_for(batch(waiting, routes), routes), again=head.id == self._replying)
                self._replying = head.id
                with self._desk() as desk:
                    self._turn = Turn(desk, outlet, thread, ask)
                    await self._run()
            case Wish.NEW:
                if thread.binding is not None:
                    await self._store.bindings.unbind(self._id, "asked for in the thread")
                await self._reply(thread, outlet, head, notices.FRESH)
            case Wish.STOP:
                text = notices.STOPPED if self._stopped else notices.NOTHING_TO_STOP
                self._stopped = False
                await self._reply(thread, outlet, head, text)
            case Wish.HELP:
                await self._reply(thread, outlet, head, notices.HELP)
            case Wish.NOTHING:
                await self._reply(thread, outlet, head, await self._unreadable(thread, head))

    async def _run(self) -> None:
        assert self._turn is not None  # noqa: S101 - set by both callers, just before
        if self._heard_stop:
            self._stopped = self._turn.stop()
        try:
            await self._turn.run()
        finally:
            self._turn = None

    async def _refresh(self, thread: ThreadRow, head: WaitingMessage) -> ThreadRow:
        """The thread, without its session when that has been idle for longer than the route allows."""
        route = route_of(head, self._routes())
        if thread.binding is None or route is None or route.reset_after is None:
            return thread
        ended = await self._store.last_ended(self._id)
        if ended is None or head.message.sent_at - ended < route.reset_after:
            return thread
        await self._store.bindings.unbind(self._id, f"idle for longer than the reset_after of {route.label}")
        return replace(thread, binding=None)

    async def _unreadable(self, thread: ThreadRow, head: WaitingMessage) -> str | None:
        """What to say about a message without words; None when it was said before."""
        if head.message.withheld:
            return notices.TEXT_WITHHELD if await self._store.notes.tell_once(thread.ref, "withheld") else None
        return unread([head.message])

    async def _reply(self, thread: ThreadRow, outlet: Outlet, head: WaitingMessage, text: str | None) -> None:
        """Answer a message ourselves."""
        state, reason = TurnState.ANSWERED, f"answered by the bridge: {wish(head.message).value}"
        try:
            if text is not None:
                if thread.may_need_opening:
                    await outlet.open_thread(thread.ref, head.message.text)
                with self._desk() as desk:
                    again = desk.earlier(head.message) if head.id != self._replying else head.message.sent_at
                self._replying = head.id
                others = await self._store.answers(self._id)
                await outlet.tell(thread.ref, text, _marker(thread, head, "reply"), again=again, others=others)
        except Rejected as error:
            state, reason = TurnState.FAILED, f"the answer could not be shown: {error}"
        await self._close(head, state, reason)

    async def _close(self, message: WaitingMessage, state: TurnState, reason: str) -> None:
        await self._store.end_messages(self._id, [message.id], state, reason)


def _marker(thread: ThreadRow, message: WaitingMessage, what: str) -> str:
    ref = thread.ref
    return marker(ref.instance, ref.workspace, ref.channel, ref.id, message.message.id, what)
