"""Two processes that both open one database to run: only the last one does anything from then on."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bridge.errors import StoreInUse
from bridge.store import Accepted, Store
from bridge.store.lease import FRESH
from tests.unit.store.making import Opener, SetClock, inbound, ref

TAKEN = f"process {os.getpid()} on .* has taken over the database .*bridge.db while this one was running"


@pytest.fixture
async def taken(open_it: Opener, tmp_path: Path) -> tuple[Store, Store]:
    """A store whose lock was deleted, and the one that was opened after that."""
    first = await open_it(exclusive=True)
    (tmp_path / "bridge.db.lock").unlink()
    return first, await open_it(exclusive=True)


async def test_the_earlier_one_commits_nothing_more(taken: tuple[Store, Store]) -> None:
    first, second = taken
    with pytest.raises(StoreInUse, match=TAKEN):
        await first.accept(inbound("m1"))
    with pytest.raises(StoreInUse, match=TAKEN):
        await first.notes.tell_once(ref(), "help")
    assert (await second.accept(inbound("m1"))).outcome is Accepted.NEW
    assert await second.notes.tell_once(ref(), "help")


async def test_before_a_call_it_looks_again_after_a_moment(taken: tuple[Store, Store], clock: SetClock) -> None:
    first, second = taken
    first.confirm()  # it has only just looked
    clock.forward(FRESH)
    with pytest.raises(StoreInUse, match=TAKEN):
        first.confirm()
    second.confirm()


async def test_whoever_waits_for_it_is_told(taken: tuple[Store, Store]) -> None:
    first, second = taken
    waiting = [asyncio.create_task(store.taken_over()) for store in taken]
    with pytest.raises(StoreInUse):
        await first.probe()
    with pytest.raises(StoreInUse, match=TAKEN):
        await waiting[0]
    await second.probe()
    assert not waiting[1].done()
    waiting[1].cancel()


async def test_a_commit_is_a_look_too(open_it: Opener, tmp_path: Path, clock: SetClock) -> None:
    first = await open_it(exclusive=True)
    clock.forward(FRESH)
    await first.accept(inbound("m1"))
    (tmp_path / "bridge.db.lock").unlink()
    await open_it(exclusive=True)
    first.confirm()


async def test_commands_beside_the_running_process_take_nothing(open_it: Opener, clock: SetClock) -> None:
    running, beside = await open_it(exclusive=True), await open_it()
    assert await beside.notes.tell_once(ref(), "help")
    clock.forward(FRESH)
    running.confirm()
    beside.confirm()
    assert (await running.accept(inbound("m1"))).outcome is Accepted.NEW
