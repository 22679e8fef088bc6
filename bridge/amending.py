"""Doing what people want of a turn whose question or answer they changed or deleted."""

from __future__ import annotations

import contextlib

import structlog

from bridge.chatbots import persist
from bridge.clock import within
from bridge.desk import Desk
from bridge.dialogue import STOPPING
from bridge.errors import ChatbotError, Rejected, Unprovable
from bridge.model import MessageRef
from bridge.reply.insist import insist
from bridge.reply.marks import DIRECT, Slot
from bridge.reply.outlet import Outlet
from bridge.store import PartRow, ThreadRow, TurnRow, TurnState, Wish
from bridge.store.changes import DELETED, UNWANTED
from bridge.trace import Trace

log = structlog.get_logger(__name__)

_OF_ONE_TRY = {Slot.FILES, Slot.WAITING, Slot.OUTCOME}
"""The sentences that are not true any more when a turn is asked anew."""


async def amend(desk: Desk, outlet: Outlet, thread: ThreadRow, turn: TurnRow, *, most_parts: int) -> None:
    """Stop what is still written, then let the turn be asked anew, or end it. Doing it twice changes nothing more.

    `most_parts` is that of the turn's `Ask`: what stands in a part beyond is a file. Raises Outdated when something
    else is wished of the turn meanwhile, StoreError and InstanceFailed; then it is to be done later.
    """
    trace = Trace(desk.clock)
    last_seen = await _quiet(desk, thread, turn)
    if turn.wish is Wish.REDO:
        trace.note("amended", "its question was changed: it is asked anew")
        await desk.store.add_steps(turn.id, trace.take(all_=True))
        for part in turn.parts:
            number = part.number % DIRECT
            if number in _OF_ONE_TRY or most_parts <= number < Slot.CONTEXT:
                await desk.store.parts.dropped(turn.id, part.number)
                await _take_away(outlet.tracing(trace), thread, turn, part)
        await desk.store.restart_turn(turn.id, last_seen=last_seen)
        return
    if turn.wish is Wish.RETRACT:
        for part in turn.parts:
            await _take_away(outlet.tracing(trace), thread, turn, part)
    reason = UNWANTED if turn.messages else DELETED
    trace.note("amended", reason)
    await desk.store.add_steps(turn.id, trace.take(all_=True))
    await desk.store.drop_turn(turn.id, reason)
    log.info("turn.dropped", thread=thread.id, turn=turn.id, reason=reason)
    if turn.ended_at is None:
        desk.ended(thread, TurnState.CANCELLED, reason, messages=len(turn.messages), since=turn.created_at)


async def _quiet(desk: Desk, thread: ThreadRow, turn: TurnRow) -> str | None:
    """Stop the answer at the chatbot; the last message of the session, so that none is taken for the next answer.

    A chatbot that cannot be reached goes on unheard.
    """
    binding = thread.binding
    if binding is None or (turn.wish is not Wish.REDO and turn.ended_at is not None):
        return None
    try:
        attached = await persist(
            desk.clock, desk.patience, lambda: desk.chatbots.attach(desk.store, thread, binding.chatbot)
        )
    except ChatbotError as error:
        log.info("turn.stop_unheard", thread=thread.id, reason=str(error))
        return None
    session = attached.session
    try:
        if turn.ended_at is None:
            desk.store.confirm()
            await within(desk.clock, STOPPING, session.stop())
        messages = await session.messages()
    except (ChatbotError, TimeoutError) as error:
        log.info("turn.stop_unheard", thread=thread.id, reason=str(error))
        return None
    finally:
        await session.disconnect()
    return messages[-1].id if messages else None


async def _take_away(outlet: Outlet, thread: ThreadRow, turn: TurnRow, part: PartRow) -> None:
    """Delete one message of an answer. Where that is refused, it stays."""
    with contextlib.suppress(Rejected, Unprovable):
        place = thread.ref
        if part.number >= DIRECT:
            place = await outlet.open_direct(thread.ref, thread.asker) or place
        ref = None if part.message is None else MessageRef(place, part.message)
        ref = ref or await insist(outlet.clock, lambda: outlet.find(place, part.marker, turn.created_at))
        if ref is not None:
            await outlet.delete(ref)
