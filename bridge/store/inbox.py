"""Taking events in: each one once, many in one statement."""

from __future__ import annotations

from collections.abc import Container, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    and_,
    bindparam,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection
from sqlalchemy.sql.dml import ReturningInsert

from bridge.errors import StoreError
from bridge.store.batches import BatchInsert, BatchQuery, Row, batch_of
from bridge.store.encoding import encode_message, to_micros
from bridge.store.records import Acceptance, Accepted, Inbound, Verdict
from bridge.store.schema import decisions, duplicates, messages, threads

_IDENTITY = ("instance", "event_id", "workspace", "channel", "message", "kind", "revision")
_EVENT = ("instance", "event_id")
_PLACE = ("instance", "workspace", "channel", "message")
_MESSAGE = (*_PLACE, "kind", "revision")
_THREAD = ("instance", "workspace", "channel", "thread")
_DUPLICATE = ("instance", "event_id", "workspace", "channel", "message", "kind")
_ACCEPTED = (*_IDENTITY, "thread", "surface", "asker", "chatbot", "route", "stored_at", "sent_at", "body")
_NEW_THREAD = (*_THREAD, "surface", "asker", "chatbot", "route", "stored_at")
_DECIDED = (*_IDENTITY, "thread", "reason", "route", "at")


def accept_row(inbound: Inbound, now: int) -> Row:
    """Made by the caller, so that a message that cannot be stored never reaches the others."""
    message, thread = inbound.message, inbound.thread
    return (
        *_plain(thread.instance, message.event_id, thread.workspace, thread.channel, message.id),
        "message",
        "",
        *_plain(thread.id, thread.surface.value, message.author.id, inbound.chatbot, inbound.route),
        now,
        to_micros(message.sent_at),
        encode_message(message, inbound.why),
    )


def decide_row(verdict: Verdict, reason: str | None = None) -> Row:
    """The like for an event that is not accepted; `reason` is another than the verdict's."""
    return (
        *_plain(verdict.instance, verdict.event_id, verdict.workspace, verdict.channel, verdict.message_id),
        *_plain(verdict.kind, verdict.revision, verdict.thread_id, reason or verdict.reason, verdict.route),
        to_micros(verdict.at),
    )


def _plain(*values: str | None) -> Sequence[str | None]:
    """The values, if a database can hold them. Raises StoreError for a NUL and for half of a surrogate pair."""
    together = "".join(value for value in values if value)
    try:
        together.encode()
    except UnicodeEncodeError:
        raise StoreError(f"the database cannot hold {values!r}: it is not valid text") from None
    if "\0" in together:
        raise StoreError(f"the database cannot hold {values!r}: there is a NUL in it")
    return values


def accept(connection: Connection, rows: Sequence[Row]) -> list[Acceptance]:
    """Accept messages, as `accept_row` makes them: first the threads of those that are new, then the messages."""
    stored, fresh = _divide(connection, rows)
    _count_duplicates(connection, rows, fresh, when=_STORED_AT)
    ids: dict[Row, int] = {}
    if fresh:
        ids = _upsert_threads(connection, list(fresh.values()))
        _ADD_MESSAGES.run(connection, [(*row, ids[_thread(row)]) for row in fresh.values()])
    return [
        Acceptance(Accepted.NEW, ids[_thread(row)])
        if place in fresh
        else Acceptance(Accepted.DUPLICATE, stored.get(place) or ids.get(_thread(row), 0))
        for place, row in enumerate(rows)
    ]


def decide(connection: Connection, rows: Sequence[Row]) -> list[Accepted]:
    """Write down why events were not accepted, as `decide_row` says it."""
    _, fresh = _divide(connection, rows)
    _count_duplicates(connection, rows, fresh, when=_DECIDED_AT)
    if fresh:
        _ADD_DECISIONS.run(connection, list(fresh.values()))
    return [Accepted.NEW if place in fresh else Accepted.DUPLICATE for place in range(len(rows))]


_STORED_AT = _ACCEPTED.index("stored_at")
_DECIDED_AT = _DECIDED.index("at")
_event = itemgetter(*map(_ACCEPTED.index, _EVENT))
_message = itemgetter(*map(_ACCEPTED.index, _MESSAGE))
_thread = itemgetter(*map(_ACCEPTED.index, _THREAD))
_new_thread = itemgetter(*map(_ACCEPTED.index, _NEW_THREAD))


def _divide(connection: Connection, rows: Sequence[Row]) -> tuple[dict[int, int | None], dict[int, Row]]:
    """By their place among `rows`: the threads of those that are stored already, and the rows that are new."""
    found = _STORED.run(connection, [row[: len(_IDENTITY)] for row in rows])
    stored: dict[int, int | None] = dict(found)
    fresh: dict[int, Row] = {}
    seen: set[Row] = set()
    for place, row in enumerate(rows):
        names = {_event(row), _message(row)}
        if place not in stored and seen.isdisjoint(names):
            fresh[place] = row
            seen |= names
    return stored, fresh


def _count_duplicates(connection: Connection, rows: Sequence[Row], fresh: Container[int], *, when: int) -> None:
    """Write down which deliveries brought nothing new, so that it can be said what became of them."""
    again = [
        (*(row[_ACCEPTED.index(name)] for name in _DUPLICATE), row[when])
        for place, row in enumerate(rows)
        if place not in fresh
    ]
    if again:
        names = (*_DUPLICATE, "at")
        connection.execute(_ADD_DUPLICATES, [dict(zip(names, row, strict=True)) for row in again])


def _upsert_threads(connection: Connection, rows: Sequence[Row]) -> dict[Row, int]:
    """The ids of the threads of `rows`. The first message of a new thread names its asker, the last its route."""
    wanted: dict[Row, Row] = {}
    for row in rows:
        place = _thread(row)
        earlier = wanted.get(place)
        new = _new_thread(row)
        wanted[place] = new if earlier is None else (*earlier[:-3], *new[-3:])
    found = _UPSERT_THREADS.run(connection, list(wanted.values()))
    return {tuple(row[1:]): row[0] for row in found}


def _stored() -> CompoundSelect[Any]:
    batch = batch_of(_IDENTITY).cte("batch")

    def same(table: Table, names: Sequence[str], thread: ColumnElement[Any]) -> Select[Any]:
        on = and_(*(table.c[name] == batch.c[name] for name in names))
        return select(batch.c.place, thread).join_from(batch, table, on)

    # A message that is brought again may come after the word that its author deleted it.
    deleted = and_(decisions.c.kind == literal_column("'deleted'"), batch.c.kind == literal_column("'message'"))
    return union_all(
        *(same(messages, names, messages.c.thread_id) for names in (_EVENT, _MESSAGE)),
        *(same(decisions, names, null()) for names in (_EVENT, _MESSAGE)),
        same(decisions, _PLACE, null()).where(deleted),
    )


def _upsert() -> ReturningInsert[Any]:
    batch = batch_of((*_NEW_THREAD[:-1], "active_at")).subquery("batch")
    values = {name: batch.c[name] for name in (*_NEW_THREAD[:-1], "active_at")} | {"created_at": batch.c.active_at}
    # SQLite takes "ON CONFLICT" after a SELECT without WHERE for a join.
    new = insert(threads).from_select(list(values), select(*values.values()).where(true()))
    return new.on_conflict_do_update(
        index_elements=_THREAD,
        set_={name: new.excluded[name] for name in ("chatbot", "route", "active_at")},
    ).returning(threads.c.id, *(threads.c[name] for name in _THREAD))


_STORED = BatchQuery(_stored())
_UPSERT_THREADS = BatchQuery(_upsert())
_ADD_MESSAGES = BatchInsert(messages, (*_ACCEPTED, "thread_id"), state="accepted", reason="")
_ADD_DECISIONS = BatchInsert(decisions, _DECIDED)
_ADD_DUPLICATES = (
    insert(duplicates)
    .values({name: bindparam(name) for name in (*_DUPLICATE, "at")} | {"times": 1})
    .on_conflict_do_update(
        index_elements=["instance", "event_id"],
        set_={"times": duplicates.c.times + 1, "at": bindparam("at")},
    )
)
