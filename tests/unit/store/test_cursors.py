"""How far each channel was read."""

from __future__ import annotations

from datetime import timedelta

from bridge.model import ChannelId, InstanceName, MessageId
from bridge.store import Store
from tests.unit.store.making import HELP, SLACK, START


async def test_cursors_belong_to_an_instance(store: Store) -> None:
    await store.set_cursor(SLACK, HELP, MessageId("m1"), START)
    await store.set_cursor(SLACK, ChannelId("C2"), MessageId("m2"), START)
    assert await store.cursors(SLACK) == {"C1": "m1", "C2": "m2"}
    assert await store.cursors(InstanceName("discord")) == {}


async def test_a_cursor_never_goes_back(store: Store) -> None:
    for name, seconds in (("m2", 2), ("m1", 1), ("m3", 3), ("m3b", 3)):
        await store.set_cursor(SLACK, HELP, MessageId(name), START + timedelta(seconds=seconds))
    assert await store.cursors(SLACK) == {"C1": "m3b"}
