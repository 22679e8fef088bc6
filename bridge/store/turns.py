"""Turns, their messages and the journal of their replies. Nothing here changes a turn that has ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from bridge.errors import Outdated, StoreError
from bridge.model import MessageId
from bridge.store.encoding import decode_message, from_micros, optional_time, to_micros
from bridge.store.records import PartRow, PartState, TurnRow, TurnState, WaitingMessage, Wish
from bridge.store.schema import bindings, is_waiting, messages, parts, threads, turns
from bridge.store.threads import thread_ref

_MESSAGES = (
    select(
        messages.c.id,
        messages.c.thread_id,
        messages.c.chatbot,
        messages.c.route,
        messages.c.event_id,
        messages.c.message,
        messages.c.sent_at,
        messages.c.body,
        *(threads.c[name] for name in ("instance", "workspace", "channel", "thread", "surface")),
    )
    .join_from(messages, threads, messages.c.thread_id == threads.c.id)
    .order_by(messages.c.sent_at, messages.c.id)
)
_WAITING = _MESSAGES.where(messages.c.thread_id == bindparam("thread_id"), is_waiting)
_OF_TURN = _MESSAGES.where(messages.c.turn_id == bindparam("turn_id"))
_PARTS = select(*parts.c).where(parts.c.turn_id == bindparam("turn_id")).order_by(parts.c.number)


def _messages(connection: Connection, query: Select[Any], **names: int) -> tuple[WaitingMessage, ...]:
    return tuple(
        WaitingMessage(
            id_,
            thread_id,
            decode_message(body, event_id=event_id, message=message, sent_at=sent_at, thread=thread_ref(*ref)),
            route,
            chatbot,
        )
        for id_, thread_id, chatbot, route, event_id, message, sent_at, body, *ref in connection.execute(query, names)
    )


def waiting(connection: Connection, thread_id: int) -> Sequence[WaitingMessage]:
    return _messages(connection, _WAITING, thread_id=thread_id)


def _turn(connection: Connection, row: Row[Any]) -> TurnRow:
    return TurnRow(
        id=row.id,
        thread_id=row.thread_id,
        binding_id=row.binding_id,
        state=TurnState(row.state),
        reason=row.reason,
        attempts=row.attempts,
        created_at=from_micros(row.created_at),
        asked_at=from_micros(row.asked_at),
        ended_at=optional_time(row.ended_at),
        messages=_messages(connection, _OF_TURN, turn_id=row.id),
        parts=tuple(
            PartRow(part.turn_id, part.number, PartState(part.state), part.marker, part.message)
            for part in connection.execute(_PARTS, {"turn_id": row.id})
        ),
        waiting_kind=row.waiting_kind,
        waiting_until=optional_time(row.waiting_until),
        wish=None if row.wish is None else Wish(row.wish),
    )


_UNFINISHED = select(*turns.c).where(turns.c.thread_id == bindparam("thread_id"), turns.c.ended_at.is_(None))


def unfinished(connection: Connection, thread_id: int) -> TurnRow | None:
    row = connection.execute(_UNFINISHED, {"thread_id": thread_id}).one_or_none()
    return None if row is None else _turn(connection, row)


_WISHED = (
    select(*turns.c)
    .where(turns.c.thread_id == bindparam("thread_id"), turns.c.wish.is_not(None))
    .order_by(turns.c.id)
    .limit(1)
)


def wished(connection: Connection, thread_id: int) -> TurnRow | None:
    row = connection.execute(_WISHED, {"thread_id": thread_id}).one_or_none()
    return None if row is None else _turn(connection, row)


def restart(connection: Connection, turn_id: int, *, last_seen: str | None, now: int) -> None:
    """Ask a turn anew, in the session that its thread has now. Raises Outdated when that is not wished any more."""
    turn = connection.execute(select(turns).where(turns.c.id == turn_id)).one()
    if turn.wish != Wish.REDO.value:
        raise Outdated(f"somebody wishes something else of the turn {turn_id} by now")
    current = select(bindings.c.id).where(bindings.c.thread_id == turn.thread_id, bindings.c.ended_at.is_(None))
    binding = connection.execute(current).scalar() or turn.binding_id
    state = TurnState.REPLYING if _is_replying(connection, turn_id) else TurnState.ASKED
    again = update(messages).where(messages.c.turn_id == turn_id).values(state=TurnState.ASKED.value, reason="")
    count = connection.execute(again).rowcount
    fresh = {"state": state.value, "reason": "", "attempts": 1, "asked_at": now, "binding_id": binding}
    none = {"ended_at": None, "waiting_kind": None, "waiting_until": None, "wish": None}
    connection.execute(update(turns).where(turns.c.id == turn_id).values(**fresh, **none))
    seen = {} if last_seen is None else {"last_seen": last_seen}
    sent = bindings.c.sent + (count if turn.ended_at is None else 0)  # the end of a turn counts its messages
    connection.execute(update(bindings).where(bindings.c.id == binding).values(sent=sent, **seen))


def _is_replying(connection: Connection, turn_id: int) -> bool:
    posted = parts.c.turn_id == turn_id, parts.c.message.is_not(None), parts.c.state != PartState.DROPPED.value
    return connection.execute(select(parts.c.number).where(*posted).limit(1)).first() is not None


def drop(connection: Connection, turn_id: int, reason: str, *, now: int) -> None:
    """End a turn that nobody wants, and its messages; ended already or not."""
    ended_so = {"state": TurnState.CANCELLED.value, "reason": reason}
    connection.execute(update(messages).where(messages.c.turn_id == turn_id).values(**ended_so))
    values = {**ended_so, "wish": None, "waiting_kind": None, "waiting_until": None}
    ended = func.coalesce(turns.c.ended_at, now)
    connection.execute(update(turns).where(turns.c.id == turn_id).values(ended_at=ended, **values))


def of_answer(
    connection: Connection, instance: str, workspace: str, channel: str, message: MessageId
) -> tuple[int, int] | None:
    """The thread and the turn to whose reply a message of the bot belongs."""
    place = {"instance": instance, "workspace": workspace, "channel": channel}
    query = (
        select(turns.c.thread_id, turns.c.id)
        .join_from(parts, turns, parts.c.turn_id == turns.c.id)
        .join(threads, turns.c.thread_id == threads.c.id)
        .where(parts.c.message == message, parts.c.state != PartState.DROPPED.value)
        .where(*(threads.c[name] == value for name, value in place.items()))
    )
    found = connection.execute(query.limit(1)).first()
    return None if found is None else (found[0], found[1])


MANY = 500
"""Messages of a thread that are known again; a platform is asked for fewer of them."""


def answers(connection: Connection, thread_id: int) -> frozenset[MessageId]:
    query = (
        select(parts.c.message)
        .join_from(parts, turns, parts.c.turn_id == turns.c.id)
        .where(turns.c.thread_id == thread_id, parts.c.message.is_not(None))
        .order_by(turns.c.id.desc())
        .limit(MANY)
    )
    return frozenset(MessageId(message) for message in connection.execute(query).scalars())


def question(
    connection: Connection, instance: str, workspace: str, channel: str, message: MessageId
) -> WaitingMessage | None:
    """The message of a person, if it was accepted."""
    place = {"instance": instance, "workspace": workspace, "channel": channel, "message": message}
    found = _messages(connection, _MESSAGES.where(*(messages.c[name] == value for name, value in place.items())))
    return found[0] if found else None


def get(connection: Connection, turn_id: int) -> TurnRow:
    return _turn(connection, connection.execute(select(*turns.c).where(turns.c.id == turn_id)).one())


def latest(connection: Connection, thread_id: int, limit: int) -> Sequence[TurnRow]:
    query = select(*turns.c).where(turns.c.thread_id == thread_id).order_by(turns.c.id.desc()).limit(limit)
    return [_turn(connection, row) for row in connection.execute(query).all()]


def last_ended(connection: Connection, thread_id: int) -> datetime | None:
    query = select(func.max(turns.c.ended_at)).where(turns.c.thread_id == thread_id)
    return optional_time(connection.execute(query).scalar())


def _take(connection: Connection, thread_id: int, message_ids: Sequence[int], **values: str | int) -> None:
    """Move these messages out of "accepted": all of them, or Outdated."""
    ours = messages.c.id.in_(message_ids), messages.c.thread_id == thread_id
    taken = connection.execute(update(messages).where(*ours, is_waiting).values(**values))
    if taken.rowcount != len(set(message_ids)):
        raise Outdated(f"not all of the messages {sorted(message_ids)} are waiting in thread {thread_id}")


def begin(connection: Connection, thread_id: int, binding_id: int, message_ids: Sequence[int], *, now: int) -> TurnRow:
    values = {
        "thread_id": thread_id,
        "binding_id": binding_id,
        "state": TurnState.ASKED.value,
        "reason": "",
        "attempts": 1,
        "created_at": now,
        "asked_at": now,
    }
    turn_id = connection.execute(insert(turns).returning(turns.c.id), values).scalar_one()
    _take(connection, thread_id, message_ids, state=TurnState.ASKED.value, turn_id=turn_id)
    return _turn(connection, connection.execute(_UNFINISHED, {"thread_id": thread_id}).one())


def _change(connection: Connection, turn_id: int, **values: Any) -> None:
    open_ = turns.c.id == turn_id, turns.c.ended_at.is_(None)
    if connection.execute(update(turns).where(*open_).values(**values)).rowcount != 1:
        raise StoreError(f"the turn {turn_id} does not exist or has ended")


def attempt(connection: Connection, turn_id: int, *, now: int) -> int:
    _change(connection, turn_id, attempts=turns.c.attempts + 1, asked_at=now)
    return int(connection.execute(select(turns.c.attempts).where(turns.c.id == turn_id)).scalar_one())


def move(connection: Connection, turn_id: int, binding_id: int) -> None:
    _change(connection, turn_id, binding_id=binding_id)


def wait(connection: Connection, turn_id: int, kind: str, until: datetime) -> None:
    _change(connection, turn_id, state=TurnState.WAITING.value, waiting_kind=kind, waiting_until=to_micros(until))


def resume(connection: Connection, turn_id: int) -> None:
    state = TurnState.REPLYING if _is_replying(connection, turn_id) else TurnState.ASKED
    _change(connection, turn_id, state=state.value, waiting_kind=None, waiting_until=None)


def end(
    connection: Connection,
    turn_id: int,
    state: TurnState,
    reason: str,
    *,
    arrived: bool,
    last_seen: str | None,
    now: int,
) -> None:
    _change(connection, turn_id, state=state.value, reason=reason, ended_at=now, waiting_kind=None, waiting_until=None)
    ended = update(messages).where(messages.c.turn_id == turn_id).values(state=state.value, reason=reason)
    count = connection.execute(ended).rowcount
    sent = count if arrived else 0
    turn = connection.execute(select(turns.c.thread_id, turns.c.binding_id).where(turns.c.id == turn_id)).one()
    seen = {} if last_seen is None else {"last_seen": last_seen}
    counted = update(bindings).where(bindings.c.id == turn.binding_id).values(sent=bindings.c.sent + sent, **seen)
    connection.execute(counted)
    connection.execute(update(threads).where(threads.c.id == turn.thread_id).values(active_at=now))
    _seal(connection, turn_id)


def end_messages(
    connection: Connection, thread_id: int, message_ids: Sequence[int], state: TurnState, reason: str, *, now: int
) -> None:
    _take(connection, thread_id, message_ids, state=state.value, reason=reason)
    connection.execute(update(threads).where(threads.c.id == thread_id).values(active_at=now))


def _seal(connection: Connection, turn_id: int, before: int | None = None) -> None:
    which = [parts.c.turn_id == turn_id, parts.c.state == PartState.POSTED.value]
    if before is not None:
        which.append(parts.c.number < before)
    connection.execute(update(parts).where(*which).values(state=PartState.SEALED.value))


def part_posting(connection: Connection, turn_id: int, number: int, marker: str) -> None:
    values = {"turn_id": turn_id, "number": number, "state": PartState.POSTING.value, "marker": marker, "message": None}
    again = upsert(parts).values(values)
    connection.execute(again.on_conflict_do_update(index_elements=["turn_id", "number"], set_=values))
    _seal(connection, turn_id, number)


def part_replacing(connection: Connection, turn_id: int, number: int, marker: str) -> None:
    which = parts.c.turn_id == turn_id, parts.c.number == number, parts.c.message.is_not(None)
    again = update(parts).where(*which).values(state=PartState.POSTING.value, marker=marker)
    if connection.execute(again).rowcount != 1:
        raise StoreError(f"the part {number} of turn {turn_id} was never posted")


def part_posted(connection: Connection, turn_id: int, number: int, message: MessageId) -> None:
    which = parts.c.turn_id == turn_id, parts.c.number == number
    posted = update(parts).where(*which).values(state=PartState.POSTED.value, message=message)
    if connection.execute(posted).rowcount != 1:
        raise StoreError(f"the part {number} of turn {turn_id} was never about to be posted")
    first = turns.c.id == turn_id, turns.c.state == TurnState.ASKED.value
    connection.execute(update(turns).where(*first).values(state=TurnState.REPLYING.value))


def part_dropped(connection: Connection, turn_id: int, number: int) -> None:
    which = parts.c.turn_id == turn_id, parts.c.number == number
    connection.execute(update(parts).where(*which).values(state=PartState.DROPPED.value))
