"""How far an instance is stored."""

from __future__ import annotations

from datetime import timedelta

from bridge.model import InstanceName
from bridge.store import Store
from tests.unit.store.making import SLACK, START, SetClock, inbound, verdict

DISCORD = InstanceName("discord")


async def test_each_instance_has_its_own(store: Store) -> None:
    await store.notes.set_reached(SLACK, START)
    assert await store.notes.reached(SLACK) == START
    assert await store.notes.reached(DISCORD) is None


async def test_it_never_goes_back(store: Store) -> None:
    for seconds in (2, 3, 1):
        await store.notes.set_reached(SLACK, START - timedelta(seconds=seconds))
    assert await store.notes.reached(SLACK) == START - timedelta(seconds=1)


async def test_it_never_lies_ahead_and_goes_back_where_a_wrong_clock_let_it(store: Store, clock: SetClock) -> None:
    await store.notes.set_reached(SLACK, START + timedelta(days=1))
    assert await store.notes.reached(SLACK) == START
    clock.time = START - timedelta(days=1)
    await store.notes.set_reached(SLACK, START)
    assert await store.notes.reached(SLACK) == START - timedelta(days=1)


async def test_the_newest_event_is_one_that_was_accepted_or_one_that_was_not(store: Store) -> None:
    assert await store.notes.newest(SLACK) is None
    await store.accept(inbound("m1", at=-20))
    assert await store.notes.newest(SLACK) == START - timedelta(seconds=20)
    await store.decide(verdict("m2"))
    assert await store.notes.newest(SLACK) == START
    await store.accept(inbound("m3", at=30))
    assert await store.notes.newest(SLACK) == START + timedelta(seconds=30)
    assert await store.notes.newest(DISCORD) is None
