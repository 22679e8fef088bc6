"""Which session a thread has, and which it had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from bridge.clock import Clock
from bridge.model import SessionId
from bridge.store import cursors
from bridge.store.encoding import from_micros, optional_time, to_micros
from bridge.store.records import BindingHistory, BindingRow
from bridge.store.schema import bindings
from bridge.store.writer import Writer

R = TypeVar("R")


class Bindings:
    """`Store.bindings`. What it raises is what `Store` does.

    Unless it is `exclusive`, another process may be the one that runs: changes are counted for it.
    """

    def __init__(self, writer: Writer, clock: Clock, *, exclusive: bool) -> None:
        self._writer = writer
        self._clock = clock
        self._exclusive = exclusive

    async def bind(self, thread_id: int, chatbot: str, session: SessionId, *, ended: str = "") -> BindingRow:
        """Tie the thread to a session; a current binding ends with the reason `ended`."""
        now = to_micros(self._clock.now())
        return await self._rebind(
            lambda connection: bind(connection, thread_id, chatbot, session, ended=ended, now=now)
        )

    async def unbind(self, thread_id: int, reason: str) -> None:
        """End the current binding, if there is one: the next message starts a new session."""
        now = to_micros(self._clock.now())
        await self._rebind(lambda connection: unbind(connection, thread_id, reason, now=now))

    async def _rebind(self, work: Callable[[Connection], R]) -> R:
        def counted(connection: Connection) -> R:
            cursors.count(connection, cursors.CHANGES)
            return work(connection)

        return await self._writer.run(work if self._exclusive else counted)


COLUMNS = (
    bindings.c.id,
    bindings.c.thread_id,
    bindings.c.chatbot,
    bindings.c.session,
    bindings.c.created_at,
    bindings.c.sent,
    bindings.c.last_seen,
)


def binding_row(row: Sequence[Any]) -> BindingRow:
    id_, thread_id, chatbot, session, created_at, sent, last_seen = row
    return BindingRow(id_, thread_id, chatbot, SessionId(session), from_micros(created_at), sent, last_seen)


def bind(
    connection: Connection, thread_id: int, chatbot: str, session: SessionId, *, ended: str, now: int
) -> BindingRow:
    unbind(connection, thread_id, ended, now=now)
    values = {
        "thread_id": thread_id,
        "chatbot": chatbot,
        "session": session,
        "created_at": now,
        "sent": 0,
        "reason": "",
    }
    id_ = connection.execute(insert(bindings).returning(bindings.c.id), values).scalar_one()
    return binding_row((id_, thread_id, chatbot, session, now, 0, None))


_END = (
    update(bindings)
    .where(bindings.c.thread_id == bindparam("thread"), bindings.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"), reason=bindparam("why"))
)


def unbind(connection: Connection, thread_id: int, reason: str, *, now: int) -> None:
    connection.execute(_END, {"thread": thread_id, "now": now, "why": reason})


def bound(connection: Connection) -> dict[str, int]:
    query = select(bindings.c.chatbot, func.count()).where(bindings.c.ended_at.is_(None)).group_by(bindings.c.chatbot)
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}


def history(connection: Connection, thread_id: int) -> Sequence[BindingHistory]:
    query = select(*COLUMNS, bindings.c.ended_at, bindings.c.reason).where(bindings.c.thread_id == thread_id)
    return [
        BindingHistory(binding_row(binding), optional_time(ended_at), reason)
        for *binding, ended_at, reason in connection.execute(query.order_by(bindings.c.id))
    ]
