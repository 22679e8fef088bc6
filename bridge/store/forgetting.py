"""What is not kept: rows that are older than the retention, and what one person wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete, func, literal_column, select, update
from sqlalchemy.engine import Connection

from bridge.model import InstanceName, UserId
from bridge.store.encoding import ERASED, erased_message, to_micros
from bridge.store.reader import Reader
from bridge.store.schema import decisions, duplicates, is_waiting, messages, steps, threads, turns
from bridge.store.writer import Writer

BATCH = 500
"""Rows that are deleted in one transaction: what people write waits for it."""

_FINISHED = turns.c.ended_at.is_not(None) & turns.c.wish.is_(None)
"""A turn that is over may yet be asked anew or taken away, and needs its messages for that."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """How many messages of a person were erased, and how many are being answered and were left."""

    erased: int
    left: int


class Forgetting:
    """Deletes what nobody needs any more. Raises StoreError as `Store` does."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def forget(self, before: datetime) -> int:
        """Delete questions that were answered, decisions and traces of before; returns how many rows that were.

        Threads, sessions and the ids of answers stay: they hold no words, and conversations go on from them.
        """
        total = 0
        while expired := await self._reader.run(lambda connection: _expired(connection, to_micros(before))):
            await self._writer.run(partial(_delete, expired=expired))
            total += sum(map(len, expired.values()))
        return total

    async def erase(self, user: UserId, instance: InstanceName | None) -> Erasure:
        """Take away the words and the name of a person, on one instance or on all.

        That a message was there stays known, so that one that is delivered again is not answered again.
        """
        return await self._writer.run(lambda connection: _erase(connection, user, instance))


def _expired(connection: Connection, before: int) -> Mapping[Table, Sequence[int]]:
    """Some of the rows to delete, by their tables; empty when there is none left."""
    over = select(turns.c.id).where(turns.c.ended_at < before, _FINISHED)
    queries: dict[Table, Select[Any]] = {
        steps: select(steps.c.id).where(steps.c.turn_id.in_(over)),
        messages: select(messages.c.id).where(
            messages.c.stored_at < before, ~is_waiting, messages.c.turn_id.is_(None) | messages.c.turn_id.in_(over)
        ),
        decisions: select(decisions.c.id).where(decisions.c["at"] < before),
        duplicates: select(literal_column("rowid")).select_from(duplicates).where(duplicates.c["at"] < before),
    }
    found = {table: connection.execute(query.limit(BATCH)).scalars().all() for table, query in queries.items()}
    return {table: ids for table, ids in found.items() if ids}


def _delete(connection: Connection, expired: Mapping[Table, Sequence[int]]) -> None:
    for table, ids in expired.items():
        key: ColumnElement[int] = literal_column("rowid") if table is duplicates else table.c.id
        connection.execute(delete(table).where(key.in_(ids)))


def _erase(connection: Connection, user: UserId, instance: InstanceName | None) -> Erasure:
    author = func.json_extract(messages.c.body, "$.author[0]") == user
    mine = [author] if instance is None else [author, messages.c.instance == instance]
    running = select(turns.c.id).where(~_FINISHED)
    needed = is_waiting | (messages.c.turn_id.is_not(None) & messages.c.turn_id.in_(running))
    left = connection.execute(select(func.count()).select_from(messages).where(*mine, needed)).scalar_one()
    rows = connection.execute(select(messages.c.id, messages.c.turn_id, messages.c.body).where(*mine, ~needed)).all()
    for row in rows:
        changed = erased_message(row.body)
        connection.execute(update(messages).where(messages.c.id == row.id).values(body=changed))
        connection.execute(delete(steps).where(steps.c.turn_id == row.turn_id))
    if not left:
        theirs = [threads.c.asker == user]
        if instance is not None:
            theirs.append(threads.c.instance == instance)
        connection.execute(update(threads).where(*theirs).values(asker=ERASED))
    return Erasure(len(rows), left)
