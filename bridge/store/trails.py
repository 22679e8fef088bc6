"""What is known of one message or turn, gathered from every table that has something to say about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, literal_column, null, select, union_all
from sqlalchemy.engine import Connection

from bridge.model import ChannelId, EventId, InstanceName, MessageId, WorkspaceId
from bridge.store import threads, turn_rows
from bridge.store.encoding import decode_why, from_micros, optional_time, to_micros
from bridge.store.reader import Reader
from bridge.store.schema import bindings, decisions, duplicates, messages, parts, steps, turns
from bridge.store.trail import Duplicate, Receipt, Trail
from bridge.trace import Step

_SAME = ("instance", "workspace", "channel", "message", "kind", "event_id")
_RECEIPTS = union_all(
    select(
        *(messages.c[name] for name in _SAME),
        *(messages.c[name] for name in ("sent_at", "stored_at", "body", "route", "chatbot", "state", "reason")),
        *(messages.c[name] for name in ("thread_id", "turn_id")),
    ),
    select(
        *(decisions.c[name] for name in _SAME),
        null().label("sent_at"),
        decisions.c["at"].label("stored_at"),
        null().label("body"),
        decisions.c.route,
        null().label("chatbot"),
        literal_column("'ignored'").label("state"),
        decisions.c.reason,
        null().label("thread_id"),
        null().label("turn_id"),
    ),
).subquery("receipts")
_OLDEST_FIRST = (_RECEIPTS.c.stored_at, _RECEIPTS.c.event_id)


class Trails:
    """What the store can tell of messages and turns. Raises StoreError as `Store` does."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_message(
        self, name: str, instance: InstanceName | None = None, channel: ChannelId | None = None
    ) -> Sequence[Trail]:
        """What is known of the messages that a platform calls `name`, of people and of the bot."""
        return await self._reader.run(lambda connection: of_message(connection, name, instance, channel))

    async def of_turn(self, turn: int) -> Sequence[Trail]:
        """What is known of a turn; empty when there is none with this id."""
        return await self._reader.run(lambda connection: of_turn(connection, turn))


def add_steps(connection: Connection, turn_id: int, taken: Sequence[Step]) -> None:
    rows = [{"turn_id": turn_id, "at": to_micros(step.at), "what": step.what, "text": step.text} for step in taken]
    if rows:
        connection.execute(insert(steps), rows)


def of_turn(connection: Connection, turn_id: int) -> Sequence[Trail]:
    """The trail of a turn; none when there is no such turn."""
    known = connection.execute(select(turns.c.id).where(turns.c.id == turn_id)).first()
    return [] if known is None else [_of_turn(connection, turn_id)]


def of_message(
    connection: Connection, name: str, instance: InstanceName | None, channel: ChannelId | None
) -> Sequence[Trail]:
    """The trails of a message that a person or the bot wrote. `name` is its id, or the end of it.

    Reads every message for the latter.
    """
    return _named(connection, [_RECEIPTS.c.message == name], parts.c.message == name, instance, channel) or _named(
        connection,
        [_RECEIPTS.c.message.endswith(name, autoescape=True)],
        parts.c.message.endswith(name, autoescape=True),
        instance,
        channel,
    )


def _named(
    connection: Connection,
    which: list[ColumnElement[bool]],
    answer: ColumnElement[bool],
    instance: InstanceName | None,
    channel: ChannelId | None,
) -> Sequence[Trail]:
    if instance is not None:
        which.append(_RECEIPTS.c.instance == instance)
    if channel is not None:
        which.append(_RECEIPTS.c.channel == channel)
    places: dict[tuple[str, ...], list[Row[Any]]] = {}
    for row in connection.execute(select(_RECEIPTS).where(*which).order_by(*_OLDEST_FIRST)):
        places.setdefault((row.instance, row.workspace, row.channel, row.message), []).append(row)
    trails = [_of_message(connection, rows) for rows in places.values()]
    for (turn_id,) in connection.execute(select(parts.c.turn_id).where(answer).distinct()):
        trail = _of_turn(connection, turn_id)
        place = trail.thread.ref if trail.thread is not None else None
        if place is None or (instance in (None, place.instance) and channel in (None, place.channel)):
            trails.append(trail)
    return trails


def _of_message(connection: Connection, rows: Sequence[Row[Any]]) -> Trail:
    turn_id = next((row.turn_id for row in rows if row.turn_id is not None), None)
    if turn_id is not None:
        return _of_turn(connection, turn_id, rows)
    thread_id = next((row.thread_id for row in rows if row.thread_id is not None), None)
    return Trail(
        receipts=tuple(map(_receipt, rows)),
        duplicates=_duplicates(connection, rows),
        thread=None if thread_id is None else threads.get(connection, thread_id),
    )


def _of_turn(connection: Connection, turn_id: int, besides: Sequence[Row[Any]] = ()) -> Trail:
    """`besides` are rows about one of the turn's messages, such as its later changes."""
    query = select(_RECEIPTS).where(_RECEIPTS.c.turn_id == turn_id).order_by(*_OLDEST_FIRST)
    rows = list({row.event_id: row for row in [*connection.execute(query), *besides]}.values())
    turn = turn_rows.get(connection, turn_id)
    taken = select(steps).where(steps.c.turn_id == turn_id).order_by(steps.c["at"], steps.c.id)
    session = select(bindings.c.session).where(bindings.c.id == turn.binding_id)
    return Trail(
        receipts=tuple(map(_receipt, rows)),
        duplicates=_duplicates(connection, rows),
        thread=threads.get(connection, turn.thread_id),
        turn=turn,
        session=connection.execute(session).scalar(),
        steps=tuple(Step(from_micros(row.at), row.what, row.text) for row in connection.execute(taken)),
    )


def _duplicates(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Duplicate, ...]:
    found: list[Duplicate] = []
    for place in dict.fromkeys((row.instance, row.workspace, row.channel, row.message) for row in rows):
        names = dict(zip(("instance", "workspace", "channel", "message"), place, strict=True))
        query = select(duplicates).where(*(duplicates.c[name] == value for name, value in names.items()))
        found += [
            Duplicate(EventId(row.event_id), MessageId(row.message), row.kind, row.times, from_micros(row.at))
            for row in connection.execute(query.order_by(duplicates.c["at"]))
        ]
    return tuple(found)


def _receipt(row: Row[Any]) -> Receipt:
    accepted = row.state != "ignored" or row.thread_id is not None
    return Receipt(
        instance=InstanceName(row.instance),
        workspace=WorkspaceId(row.workspace),
        channel=ChannelId(row.channel),
        message=MessageId(row.message),
        kind=row.kind,
        event_id=EventId(row.event_id),
        sent_at=optional_time(row.sent_at),
        stored_at=from_micros(row.stored_at),
        accepted=accepted,
        why=decode_why(row.body) if row.body else row.reason,
        route=row.route,
        chatbot=row.chatbot,
        state=row.state,
        reason=row.reason if accepted else "",
    )
