"""How turns begin, go on and end. Nothing but `restart` and `drop` changes a turn that has ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from bridge.errors import Outdated, StoreError
from bridge.store.encoding import to_micros
from bridge.store.parts import is_replying, seal
from bridge.store.records import TurnRow, TurnState, Wish
from bridge.store.schema import bindings, is_waiting, messages, threads, turns
from bridge.store.turn_rows import get


def restart(connection: Connection, turn_id: int, *, last_seen: str | None, now: int) -> None:
    """Ask a turn anew, in the session that its thread has now. Raises Outdated when that is not wished any more."""
    turn = connection.execute(select(turns).where(turns.c.id == turn_id)).one()
    if turn.wish != Wish.REDO.value:
        raise Outdated(f"somebody wishes something else of the turn {turn_id} by now")
    current = select(bindings.c.id).where(bindings.c.thread_id == turn.thread_id, bindings.c.ended_at.is_(None))
    binding = connection.execute(current).scalar() or turn.binding_id
    state = TurnState.REPLYING if is_replying(connection, turn_id) else TurnState.ASKED
    again = update(messages).where(messages.c.turn_id == turn_id).values(state=TurnState.ASKED.value, reason="")
    count = connection.execute(again).rowcount
    fresh = {"state": state.value, "reason": "", "attempts": 1, "asked_at": now, "binding_id": binding}
    none = {"ended_at": None, "waiting_kind": None, "waiting_until": None, "wish": None}
    connection.execute(update(turns).where(turns.c.id == turn_id).values(**fresh, **none))
    seen = {} if last_seen is None else {"last_seen": last_seen}
    sent = bindings.c.sent + (count if turn.ended_at is None else 0)  # the end of a turn counts its messages
    connection.execute(update(bindings).where(bindings.c.id == binding).values(sent=sent, **seen))


def drop(connection: Connection, turn_id: int, reason: str, *, now: int) -> None:
    """End a turn that nobody wants, and its messages; ended already or not."""
    ended_so = {"state": TurnState.CANCELLED.value, "reason": reason}
    connection.execute(update(messages).where(messages.c.turn_id == turn_id).values(**ended_so))
    values = {**ended_so, "wish": None, "waiting_kind": None, "waiting_until": None}
    ended = func.coalesce(turns.c.ended_at, now)
    connection.execute(update(turns).where(turns.c.id == turn_id).values(ended_at=ended, **values))


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
    return get(connection, turn_id)


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
    state = TurnState.REPLYING if is_replying(connection, turn_id) else TurnState.ASKED
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
    seal(connection, turn_id)


def end_messages(
    connection: Connection, thread_id: int, message_ids: Sequence[int], state: TurnState, reason: str, *, now: int
) -> None:
    _take(connection, thread_id, message_ids, state=state.value, reason=reason)
    connection.execute(update(threads).where(threads.c.id == thread_id).values(active_at=now))
