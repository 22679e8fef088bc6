"""What is not kept."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.clock import SystemClock
from bridge.model import InstanceName, UserId
from bridge.retention import keep_clean
from bridge.store import Accepted, Change, Erasure, Store, TurnState
from bridge.testing import eventually
from tests.unit.store.making import START, SetClock, asked, inbound, message, verdict

DAY = 86400.0


def count(directory: Path, table: str) -> int:
    """How many rows a table has."""
    with closing(sqlite3.connect(directory / "bridge.db")) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a name of ours


async def answered(store: Store, name: str) -> None:
    """A question, and a turn that ended."""
    turn = await asked(store, name, thread=name)
    await store.end_turn(turn.id, TurnState.ANSWERED, "")


async def test_what_is_older_is_deleted_and_conversations_stay(store: Store, clock: SetClock, tmp_path: Path) -> None:
    await answered(store, "old")
    await store.decide(verdict("ignored"))
    await store.accept(inbound("waiting"))
    clock.forward(31 * DAY)
    await answered(store, "young")
    assert await store.forgetting.forget(clock.now() - timedelta(days=30)) == 2
    assert count(tmp_path, "messages") == 2
    assert (count(tmp_path, "decisions"), count(tmp_path, "bindings")) == (0, 2)
    assert await store.forgetting.forget(clock.now() - timedelta(days=30)) == 0


async def test_more_than_a_batch_is_deleted(store: Store, clock: SetClock, tmp_path: Path) -> None:
    for number in range(1100):
        await store.decide(verdict(f"ignored {number}"))
    clock.forward(2 * DAY)
    assert await store.forgetting.forget(clock.now()) == 1100
    assert count(tmp_path, "decisions") == 0


async def test_the_words_of_a_person_are_erased_and_known_as_a_duplicate(store: Store, tmp_path: Path) -> None:
    secret = inbound("m1", text="a secret of mine")
    thread = (await store.accept(secret)).thread_id
    waiting = await store.waiting(thread)
    await store.end_messages(thread, [waiting[0].id], TurnState.CANCELLED, "")
    await store.accept(inbound("m2", text="is being asked"))
    user = message("m1").author.id
    assert await store.forgetting.erase(UserId("somebody else"), None) == Erasure(0, 0)
    assert await store.forgetting.erase(user, InstanceName("elsewhere")) == Erasure(0, 0)
    assert await store.forgetting.erase(user, None) == Erasure(1, 1)
    with closing(sqlite3.connect(tmp_path / "bridge.db")) as connection:
        kept = "\n".join(row[0] for row in connection.execute("SELECT body FROM messages"))
    assert "a secret of mine" not in kept
    with closing(sqlite3.connect(tmp_path / "bridge.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"a secret of mine" not in (tmp_path / "bridge.db").read_bytes()
    assert "is being asked" in kept
    assert (await store.accept(secret)).outcome is Accepted.DUPLICATE


async def changed(store: Store, text: str, at: datetime) -> Change:
    """The question `m1` gets another text."""
    edit = verdict("m1", kind="edited", revision=text, event=text, at=at)
    return await store.edit(edit, text, at, redo=True, asks=True)


async def test_a_question_that_is_to_be_asked_anew_is_needed(store: Store, clock: SetClock, tmp_path: Path) -> None:
    turn = await asked(store, "m1")
    await store.end_turn(turn.id, TurnState.ANSWERED, "")
    await changed(store, "asked anew", clock.forward(60))
    assert await store.forgetting.erase(UserId("U1"), None) == Erasure(0, 1)
    clock.forward(31 * DAY)
    await store.forgetting.forget(clock.now() - timedelta(days=30))
    wished = await store.wished_turn(turn.thread_id)
    assert wished is not None
    assert [waiting.message.text for waiting in wished.messages] == ["asked anew"]
    assert wished.messages[0].message.author.id == "U1"


async def test_what_is_erased_is_not_asked_anew(store: Store, clock: SetClock, tmp_path: Path) -> None:
    turn = await asked(store, "m1")
    await store.end_turn(turn.id, TurnState.ANSWERED, "")
    await store.forgetting.erase(UserId("U1"), None)
    change = await changed(store, "a second secret", clock.forward(60))
    assert (change.outcome, change.turn_id) == (Accepted.NEW, None)
    assert await store.wished_turn(turn.thread_id) is None
    with closing(sqlite3.connect(tmp_path / "bridge.db")) as connection:
        assert "a second secret" not in "".join(row[0] for row in connection.execute("SELECT body FROM messages"))


async def test_a_running_bridge_keeps_a_day_at_least(store: Store, clock: SetClock, tmp_path: Path) -> None:
    await store.decide(verdict("old", at=START))
    clock.time = datetime.now(UTC)
    await store.decide(verdict("of today", at=clock.time))
    keeping = asyncio.create_task(keep_clean(store, SystemClock(), lambda: timedelta(0)))
    await eventually(lambda: count(tmp_path, "decisions") == 1)
    keeping.cancel()
    await store.decide(verdict("of today", at=clock.time))
    assert count(tmp_path, "decisions") == 1, "it is known still"
