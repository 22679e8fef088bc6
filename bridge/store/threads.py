"""Conversations, and where they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select, union_all
from sqlalchemy.engine import Connection

from bridge.errors import StoreError
from bridge.model import (
    ChannelId,
    InstanceName,
    MessageId,
    Surface,
    ThreadId,
    ThreadRef,
    UserId,
    WorkspaceId,
)
from bridge.store.bindings import COLUMNS, binding_row
from bridge.store.encoding import from_micros, to_micros
from bridge.store.reader import Reader
from bridge.store.records import ThreadRow
from bridge.store.schema import bindings, is_waiting, messages, parts, threads, turns


class Threads:
    """`Store.threads`. What it raises is what `Store` does."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get(self, thread_id: int) -> ThreadRow:
        """The thread of this id. Raises StoreError when there is none."""
        return await self._reader.run(lambda connection: get(connection, thread_id))

    async def find(self, ref: ThreadRef) -> ThreadRow | None:
        """The conversation at this place, if one began there."""
        return await self._reader.run(lambda connection: find(connection, ref))

    async def find_by_message(
        self, instance: InstanceName, workspace: WorkspaceId, channel: ChannelId, message: MessageId
    ) -> ThreadRow | None:
        """The conversation that an accepted message, or a message of a reply, belongs to."""
        return await self._reader.run(
            lambda connection: find_by_message(connection, instance, workspace, channel, message)
        )

    async def find_by_answer(
        self, instance: InstanceName, workspace: WorkspaceId, channel: ChannelId, message: MessageId
    ) -> ThreadRow | None:
        """The conversation that a message of a reply belongs to."""
        return await self._reader.run(
            lambda connection: find_by_answer(connection, instance, workspace, channel, message)
        )

    async def pending(self) -> Sequence[int]:
        """The threads with waiting messages or an unfinished turn; that which has waited longest first."""
        return await self._reader.run(pending)

    async def active(self, instance: InstanceName, since: datetime, limit: int) -> Sequence[ThreadRef]:
        """The places of conversations that something happened in since then, the latest first."""
        return await self._reader.run(lambda connection: active(connection, instance, since, limit))


_SELECT = select(*threads.c, *COLUMNS).outerjoin_from(
    threads, bindings, and_(bindings.c.thread_id == threads.c.id, bindings.c.ended_at.is_(None))
)


def thread_ref(instance: str, workspace: str, channel: str, thread: str, surface: str) -> ThreadRef:
    return ThreadRef(
        InstanceName(instance), WorkspaceId(workspace), ChannelId(channel), ThreadId(thread), Surface(surface)
    )


def _thread(row: Sequence[Any]) -> ThreadRow:
    binding = row[len(threads.c) :]
    id_, *ref, chatbot, route, asker, created_at, active_at = row[: len(threads.c)]
    return ThreadRow(
        id=id_,
        ref=thread_ref(*ref),
        chatbot=chatbot,
        route=route,
        asker=UserId(asker),
        created_at=from_micros(created_at),
        active_at=from_micros(active_at),
        binding=None if binding[0] is None else binding_row(binding),
    )


_BY_REF = _SELECT.where(
    *(threads.c[name] == bindparam(name) for name in ("instance", "workspace", "channel", "thread"))
)
_BY_ID = _SELECT.where(threads.c.id == bindparam("id"))


def find(connection: Connection, ref: ThreadRef) -> ThreadRow | None:
    place = {"instance": ref.instance, "workspace": ref.workspace, "channel": ref.channel, "thread": ref.id}
    row = connection.execute(_BY_REF, place).one_or_none()
    return None if row is None else _thread(row)


def get(connection: Connection, thread_id: int) -> ThreadRow:
    row = connection.execute(_BY_ID, {"id": thread_id}).one_or_none()
    if row is None:
        raise StoreError(f"there is no thread {thread_id}")
    return _thread(row)


def named(connection: Connection, name: str) -> Sequence[ThreadRow]:
    """Threads by our id or, if that is none of ours, by the platform's. Reads every thread for the latter."""
    if name.isascii() and name.isdigit() and len(name) < 19:  # more digits than a row id has
        row = connection.execute(_BY_ID, {"id": int(name)}).one_or_none()
        if row is not None:
            return [_thread(row)]
    return [_thread(row) for row in connection.execute(_SELECT.where(threads.c.thread == name))]


_ASKED: Select[Any] = select(messages.c.thread_id).where(
    *(messages.c[name] == bindparam(name) for name in ("message", "channel", "workspace", "instance"))
)
_ANSWERED: Select[Any] = (
    select(turns.c.thread_id)
    .join_from(parts, turns, parts.c.turn_id == turns.c.id)
    .join(threads, turns.c.thread_id == threads.c.id)
    .where(
        parts.c.message == bindparam("message"),
        *(threads.c[name] == bindparam(name) for name in ("channel", "workspace", "instance")),
    )
)


def find_by_answer(
    connection: Connection, instance: InstanceName, workspace: WorkspaceId, channel: ChannelId, message: MessageId
) -> ThreadRow | None:
    return _find_by(_ANSWERED, connection, (instance, workspace, channel, message))


def find_by_message(
    connection: Connection, instance: InstanceName, workspace: WorkspaceId, channel: ChannelId, message: MessageId
) -> ThreadRow | None:
    place = (instance, workspace, channel, message)
    return _find_by(_ASKED, connection, place) or _find_by(_ANSWERED, connection, place)


def _find_by(query: Select[int], connection: Connection, place: tuple[str, str, str, str]) -> ThreadRow | None:
    names = dict(zip(("instance", "workspace", "channel", "message"), place, strict=True))
    found = connection.execute(query.limit(1), names).scalar()
    return None if found is None else get(connection, found)


_WAITING = select(messages.c.thread_id, messages.c.id).where(is_waiting)
_RUNNING = (
    select(turns.c.thread_id, func.coalesce(func.min(messages.c.id), 0))
    .outerjoin_from(turns, messages, messages.c.turn_id == turns.c.id)
    .where(turns.c.ended_at.is_(None) | turns.c.wish.is_not(None))
    .group_by(turns.c.thread_id)
)


def pending(connection: Connection) -> Sequence[int]:
    """The threads with work to do; that which has waited longest first."""
    oldest: dict[int, int] = {}
    for thread_id, message_id in connection.execute(union_all(_WAITING, _RUNNING)):
        oldest[thread_id] = min(message_id, oldest.get(thread_id, message_id))
    return sorted(oldest, key=lambda thread_id: (oldest[thread_id], thread_id))


def active(connection: Connection, instance: InstanceName, since: datetime, limit: int) -> Sequence[ThreadRef]:
    query = select(*(threads.c[name] for name in ("instance", "workspace", "channel", "thread", "surface")))
    query = query.where(threads.c.instance == instance, threads.c.active_at >= to_micros(since))
    rows = connection.execute(query.order_by(threads.c.active_at.desc()).limit(limit))
    return [thread_ref(*row) for row in rows]


def latest(connection: Connection, limit: int, instance: InstanceName | None) -> Sequence[ThreadRow]:
    query = _SELECT.order_by(threads.c.active_at.desc(), threads.c.id.desc()).limit(limit)
    if instance is not None:
        query = query.where(threads.c.instance == instance)
    return [_thread(row) for row in connection.execute(query)]
