"""Questions that people change or delete: the message, and what that means for its turn, in one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.engine import Connection

from bridge.store import inbox
from bridge.store.encoding import ERASED, edited_message, to_micros
from bridge.store.records import Accepted, TurnState, Verdict, Wish
from bridge.store.schema import bindings, is_waiting, messages, turns
from bridge.store.turn_rows import of_answer

DELETED = "its author deleted it"
UNWANTED = "somebody deleted its answer"
REDO_WITHIN = timedelta(minutes=15)
"""So long after an answer is a question that changes asked again."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an event: the conversation in which there is something to do, and the turn it is about, if any."""

    outcome: Accepted
    thread_id: int | None = None
    turn_id: int | None = None


def edited(
    connection: Connection, verdict: Verdict, text: str, at: datetime, *, redo: bool, asks: bool, now: int
) -> Change:
    """A message got this text at this time. With `redo`, what was answered already is answered anew, if it still `asks`
    something."""
    row = _message(connection, verdict)
    refusal = _refusal(connection, row, text, at, redo=redo, asks=asks, now=now)
    reason = refusal or "its question is asked with the new text"
    outcome = inbox.decide(connection, [inbox.decide_row(verdict, reason)])[0]
    if outcome is Accepted.DUPLICATE or refusal or row is None:
        return Change(outcome)
    changed = edited_message(row.body, text, to_micros(at))
    connection.execute(update(messages).where(messages.c.id == row.id).values(body=changed))
    if row.turn_id is not None:
        _wish(connection, row.turn_id, Wish.REDO)
    return Change(outcome, row.thread_id, row.turn_id)


def deleted(connection: Connection, verdict: Verdict, *, retract: bool) -> Change:
    """A message was deleted. With `retract`, its answer goes too where it answers nothing else."""
    row = _message(connection, verdict)
    answer = _turn_of_answer(connection, verdict) if row is None else None
    if answer is not None:
        return _answer_deleted(connection, verdict, answer)
    reason = "it was not taken in" if row is None else "its question was deleted"
    outcome = inbox.decide(connection, [inbox.decide_row(verdict, reason)])[0]
    if outcome is Accepted.DUPLICATE or row is None:
        return Change(outcome)
    if row.state == "accepted" or row.turn_id is not None:
        gone = {"state": TurnState.CANCELLED.value, "reason": DELETED, "turn_id": None}
        connection.execute(update(messages).where(messages.c.id == row.id).values(**gone))
    if row.turn_id is None:
        return Change(outcome, row.thread_id)
    turn = _turn(connection, row.turn_id)
    others = select(func.count()).select_from(messages).where(messages.c.turn_id == row.turn_id)
    if not connection.execute(others).scalar_one():
        _wish(connection, row.turn_id, Wish.RETRACT if retract else Wish.DROP)
    elif turn.ended_at is None:
        _wish(connection, row.turn_id, Wish.REDO)
    return Change(outcome, row.thread_id, row.turn_id)


def taken_back(connection: Connection, verdict: Verdict) -> Change:
    """The bridge itself deleted a message of its own."""
    return Change(inbox.decide(connection, [inbox.decide_row(verdict, "the bridge took it away itself")])[0])


def _answer_deleted(connection: Connection, verdict: Verdict, turn_id: int) -> Change:
    """Nobody wants the rest of an answer of which somebody deleted a message."""
    turn = _turn(connection, turn_id)
    over = turn.ended_at is not None
    reason = "the answer was over" if over else "its answer is not wanted any more"
    outcome = inbox.decide(connection, [inbox.decide_row(verdict, reason)])[0]
    if outcome is Accepted.DUPLICATE or over:
        return Change(outcome)
    if turn.wish in (None, Wish.REDO.value):
        _wish(connection, turn_id, Wish.DROP)
    return Change(outcome, turn.thread_id, turn_id)


def _refusal(
    connection: Connection, row: Row[Any] | None, text: str, at: datetime, *, redo: bool, asks: bool, now: int
) -> str:
    """Why a change changes nothing; empty when it does."""
    if row is None:
        return "the message was not taken in when it was written"
    body = json.loads(row.body)
    if body.get("edited_at", 0) >= to_micros(at):
        return "a later change is known already"
    if body["author"][0] == ERASED:
        return "what its author wrote was erased"
    if body["text"] == text:
        return "its text is the same"
    if not asks and (row.state != "accepted" or not text.strip()):
        return "what it says now is no question"
    return "" if row.state == "accepted" else _too_late(connection, row, redo=redo, now=now)


def _too_late(connection: Connection, row: Row[Any], *, redo: bool, now: int) -> str:
    """Why the answer to a changed question stays as it is; empty when it is made anew."""
    if row.turn_id is None:
        return "the message is over, and was no question"
    if not redo:
        return 'its route has on_edit = "ignore"'
    turn = _turn(connection, row.turn_id)
    if turn.ended_at is None:
        return "" if turn.wish in (None, Wish.REDO.value) else "its question was deleted"
    return _gone_on(connection, turn, now=now)


def _gone_on(connection: Connection, turn: Row[Any], *, now: int) -> str:
    """Why a turn that is over is not the newest any more; empty when it is."""
    if turn.ended_at < now - REDO_WITHIN // timedelta(microseconds=1):
        return f"it was answered more than {REDO_WITHIN.seconds // 60} minutes ago"
    binding = select(bindings.c.ended_at).where(bindings.c.id == turn.binding_id)
    if connection.execute(binding).scalar() is not None:
        return "the conversation has begun anew since"
    later = select(turns.c.id).where(turns.c.thread_id == turn.thread_id, turns.c.id > turn.id)
    waiting = select(messages.c.id).where(messages.c.thread_id == turn.thread_id, is_waiting)
    if connection.execute(later).first() or connection.execute(waiting).first():
        return "the conversation has gone on since"
    return ""


def _message(connection: Connection, verdict: Verdict) -> Row[Any] | None:
    columns = (messages.c[name] for name in ("id", "thread_id", "turn_id", "state", "body"))
    return connection.execute(
        select(*columns).where(
            messages.c.message == verdict.message_id,
            messages.c.channel == verdict.channel,
            messages.c.workspace == verdict.workspace,
            messages.c.instance == verdict.instance,
        )
    ).one_or_none()


def _turn_of_answer(connection: Connection, verdict: Verdict) -> int | None:
    found = of_answer(connection, verdict.instance, verdict.workspace, verdict.channel, verdict.message_id)
    return None if found is None else found[1]


def _turn(connection: Connection, turn_id: int) -> Row[Any]:
    return connection.execute(select(turns).where(turns.c.id == turn_id)).one()


def _wish(connection: Connection, turn_id: int, wish: Wish) -> None:
    connection.execute(update(turns).where(turns.c.id == turn_id).values(wish=wish.value))
