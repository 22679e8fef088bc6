"""Taking events in: each one once, many in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CTE, Select, Table, and_, bindparam, func, literal, null, select, union_all
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from bridge.store.encoding import encode_message, to_micros
from bridge.store.records import Acceptance, Accepted, Inbound, Verdict
from bridge.store.schema import decisions, messages, threads

Row = Mapping[str, Any]
"""What is bound to the statements for one event."""

_IDENTITY = ("instance", "event_id", "workspace", "channel", "message", "kind", "revision")
_THREAD = ("instance", "workspace", "channel", "thread")


def accept_row(inbound: Inbound, now: int) -> Row:
    """Made by the caller, so that a message that cannot be encoded never reaches the others."""
    message, thread = inbound.message, inbound.thread
    return {
        "instance": thread.instance,
        "event_id": message.event_id,
        "workspace": thread.workspace,
        "channel": thread.channel,
        "message": message.id,
        "kind": "message",
        "revision": "",
        "thread": thread.id,
        "surface": thread.surface.value,
        "asker": message.author.id,
        "chatbot": inbound.chatbot,
        "route": inbound.route,
        "sent_at": to_micros(message.sent_at),
        "now": now,
        "body": encode_message(message),
    }


def decide_row(verdict: Verdict) -> Row:
    return {
        "instance": verdict.instance,
        "event_id": verdict.event_id,
        "workspace": verdict.workspace,
        "channel": verdict.channel,
        "message": verdict.message_id,
        "kind": verdict.kind,
        "revision": verdict.revision,
        "thread": verdict.thread_id,
        "reason": verdict.reason,
        "route": verdict.route,
        "at": to_micros(verdict.at),
    }


def accept(connection: Connection, rows: Sequence[Row]) -> list[Acceptance]:
    """Accept messages: first the threads of those that are new, then the messages."""
    duplicates, fresh = _divide(connection, rows)
    ids: dict[tuple[str, ...], int] = {}
    if fresh:
        ids = _upsert_threads(connection, fresh)
        connection.execute(_ADD_MESSAGE, [{**row, "thread_id": ids[_key(row, _THREAD)]} for row in fresh])
    news = {id(row) for row in fresh}
    return [
        Acceptance(Accepted.NEW, ids[_key(row, _THREAD)])
        if id(row) in news
        else Acceptance(Accepted.DUPLICATE, duplicates.get(index) or ids.get(_key(row, _THREAD), 0))
        for index, row in enumerate(rows)
    ]


def decide(connection: Connection, rows: Sequence[Row]) -> list[Accepted]:
    """Write down why events were not accepted."""
    _, fresh = _divide(connection, rows)
    if fresh:
        connection.execute(_ADD_DECISION, fresh)
    news = {id(row) for row in fresh}
    return [Accepted.NEW if id(row) in news else Accepted.DUPLICATE for row in rows]


def _divide(connection: Connection, rows: Sequence[Row]) -> tuple[dict[int, int | None], list[Row]]:
    """The stored duplicates by their place among `rows`, with their thread if any; and the rows that are new."""
    batch = json.dumps([_key(row, _IDENTITY) for row in rows])
    known: list[tuple[int, int | None]] = [tuple(row) for row in connection.execute(_KNOWN, {"batch": batch})]
    duplicates = dict(known)
    fresh: list[Row] = []
    seen: set[tuple[str, ...]] = set()
    for place, row in enumerate(rows):
        identity = _key(row, _IDENTITY)
        event, message = identity[:2], identity[:1] + identity[2:]
        if place not in duplicates and event not in seen and message not in seen:
            fresh.append(row)
        seen |= {event, message}
    return duplicates, fresh


def _upsert_threads(connection: Connection, rows: Sequence[Row]) -> dict[tuple[str, ...], int]:
    """The ids of the threads of `rows`, by their key. The first message of a new thread names its asker."""
    wanted: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        known = wanted.setdefault(_key(row, _THREAD), {name: row[name] for name in _NEW_THREAD})
        known.update(chatbot=row["chatbot"], route=row["route"])
    found = connection.execute(_UPSERT_THREAD, list(wanted.values()))
    return {tuple(key): thread_id for thread_id, *key in found}


def _key(row: Row, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(row[name] for name in names)


def _batch() -> CTE:
    """The identities of a batch as rows: one bound value, however many there are."""
    items = func.json_each(bindparam("batch")).table_valued("key", "value")
    columns = [func.json_extract(items.c.value, f"$[{i}]").label(name) for i, name in enumerate(_IDENTITY)]
    return select(items.c.key.label("place"), *columns).cte("batch")


def _known() -> Any:
    batch = _batch()

    def stored(table: Table, names: Sequence[str], thread: Any) -> Select[Any]:
        same = and_(*(table.c[name] == batch.c[name] for name in names))
        return select(batch.c.place, thread).join_from(batch, table, same)

    event, message = ("event_id", "instance"), tuple(name for name in _IDENTITY if name != "event_id")
    return union_all(
        *(stored(messages, names, messages.c.thread_id) for names in (event, message)),
        *(stored(decisions, names, null()) for names in (event, message)),
    )


_KNOWN = _known()

_NEW_THREAD = (*_THREAD, "surface", "chatbot", "route", "asker", "now")
_upsert = insert(threads).values(
    {name: bindparam(name) for name in _NEW_THREAD if name != "now"}
    | {"created_at": bindparam("now"), "active_at": bindparam("now")}
)
_UPSERT_THREAD = _upsert.on_conflict_do_update(
    index_elements=_THREAD,
    set_={name: _upsert.excluded[name] for name in ("chatbot", "route", "active_at")},
).returning(threads.c.id, *(threads.c[name] for name in _THREAD))

_ADD_MESSAGE = insert(messages).values(
    {name: bindparam(name) for name in (*_IDENTITY, "thread_id", "chatbot", "route", "sent_at", "body")}
    | {"stored_at": bindparam("now"), "state": literal("accepted"), "reason": literal("")}
)
_ADD_DECISION = insert(decisions).values(
    {name: bindparam(name) for name in (*_IDENTITY, "thread", "reason", "route", "at")}
)
