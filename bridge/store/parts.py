"""The journal of replies: which message each part of a turn's answer is."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from bridge.errors import StoreError
from bridge.model import MessageId
from bridge.store import trails
from bridge.store.records import PartState, TurnState
from bridge.store.schema import parts, turns
from bridge.store.writer import Writer
from bridge.trace import Step


class Parts:
    """`Store.parts`. What it raises is what `Store` does."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def posting(self, turn: int, number: int, marker: str, steps: Sequence[Step] = ()) -> None:
        """Part `number` is about to be posted with this marker; the parts before it are sealed."""

        def work(connection: Connection) -> None:
            posting(connection, turn, number, marker)
            trails.add_steps(connection, turn, steps)

        await self._writer.run(work)

    async def replacing(self, turn: int, number: int, marker: str) -> None:
        """Part `number` is about to be posted anew with this marker; until it is, its old message counts."""
        await self._writer.run(lambda connection: replacing(connection, turn, number, marker))

    async def posted(self, turn: int, number: int, message: MessageId) -> None:
        """Part `number` stands on the platform as `message`; the first one moves the turn to replying."""
        await self._writer.run(lambda connection: posted(connection, turn, number, message))

    async def dropped(self, turn: int, number: int) -> None:
        """Part `number` is about to be taken away by the bridge itself."""
        await self._writer.run(lambda connection: dropped(connection, turn, number))


def is_replying(connection: Connection, turn_id: int) -> bool:
    posted = parts.c.turn_id == turn_id, parts.c.message.is_not(None), parts.c.state != PartState.DROPPED.value
    return connection.execute(select(parts.c.number).where(*posted).limit(1)).first() is not None


def seal(connection: Connection, turn_id: int, before: int | None = None) -> None:
    which = [parts.c.turn_id == turn_id, parts.c.state == PartState.POSTED.value]
    if before is not None:
        which.append(parts.c.number < before)
    connection.execute(update(parts).where(*which).values(state=PartState.SEALED.value))


def posting(connection: Connection, turn_id: int, number: int, marker: str) -> None:
    values = {"turn_id": turn_id, "number": number, "state": PartState.POSTING.value, "marker": marker, "message": None}
    again = upsert(parts).values(values)
    connection.execute(again.on_conflict_do_update(index_elements=["turn_id", "number"], set_=values))
    seal(connection, turn_id, number)


def replacing(connection: Connection, turn_id: int, number: int, marker: str) -> None:
    which = parts.c.turn_id == turn_id, parts.c.number == number, parts.c.message.is_not(None)
    again = update(parts).where(*which).values(state=PartState.POSTING.value, marker=marker)
    if connection.execute(again).rowcount != 1:
        raise StoreError(f"the part {number} of turn {turn_id} was never posted")


def posted(connection: Connection, turn_id: int, number: int, message: MessageId) -> None:
    which = parts.c.turn_id == turn_id, parts.c.number == number
    stands = update(parts).where(*which).values(state=PartState.POSTED.value, message=message)
    if connection.execute(stands).rowcount != 1:
        raise StoreError(f"the part {number} of turn {turn_id} was never about to be posted")
    first = turns.c.id == turn_id, turns.c.state == TurnState.ASKED.value
    connection.execute(update(turns).where(*first).values(state=TurnState.REPLYING.value))


def dropped(connection: Connection, turn_id: int, number: int) -> None:
    which = parts.c.turn_id == turn_id, parts.c.number == number
    connection.execute(update(parts).where(*which).values(state=PartState.DROPPED.value))
