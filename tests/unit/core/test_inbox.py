"""Taking in what arrives at the very same time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bridge.amendments import Amendments
from bridge.clock import SystemClock
from bridge.inbox import Inbox
from bridge.lanes import Lanes
from bridge.meter import Meter
from bridge.route import Route
from bridge.store import Acceptance, Inbound, Store, open_store
from bridge.testing import MemoryWorld


class Slow(Store):
    """A database that takes its time to store what is accepted."""

    def __init__(self, store: Store) -> None:
        self.__dict__.update(vars(store))
        self.stored = asyncio.Event()

    async def accept(self, inbound: Inbound) -> Acceptance:
        await self.stored.wait()
        return await super().accept(inbound)


async def test_a_follow_up_of_the_same_instant_goes_on_with_the_conversation(tmp_path: Path) -> None:
    world, clock, woken = MemoryWorld(), SystemClock(), list[str]()
    first = await world.say("One", mention=True)
    second = await world.say("Two", thread=first.thread)
    routes = [Route(number=1, line=1, label="route 1", chatbot="echo")]
    store = Slow(await open_store("sqlite:///bridge.db", clock=clock, directory=tmp_path, upgrade=True, exclusive=True))
    idle = Lanes(clock, lambda thread: NotImplemented)
    inbox = Inbox(
        store,
        lambda: routes,
        {},
        clock,
        lambda thread, message: woken.append(message.text if message is not None else ""),
        stop=idle.stop,
        again=lambda thread, since: None,
        amendments=Amendments(store, lambda: routes, {}, idle.changed),
        tell_unrouted=lambda: False,
        chatbots=lambda: {"echo"},
        meter=Meter(),
    )
    try:
        begun = asyncio.create_task(inbox.accept(first))
        following = asyncio.create_task(inbox.accept(second))
        await asyncio.wait({following}, timeout=0.2)  # it may not be decided before the first is stored
        store.stored.set()
        await asyncio.gather(begun, following)
        assert woken == ["One", "Two"]
        assert [waiting.message.text for waiting in await store.waiting(1)] == ["One", "Two"]
    finally:
        await store.close()
