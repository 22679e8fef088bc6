"""Turns and the messages of people, as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.engine import Connection

from bridge.model import MessageId
from bridge.store.encoding import decode_message, from_micros, optional_time
from bridge.store.records import PartRow, PartState, TurnRow, TurnState, WaitingMessage, Wish
from bridge.store.schema import is_waiting, messages, parts, threads, turns
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
