"""However events are delivered and batched, the outcome is that of taking them in one by one."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.store import Accepted, Store
from tests.unit.store.making import SetClock, inbound, opener, verdict


@dataclass(frozen=True)
class Delivery:
    accepted: bool
    message: str
    event: str
    thread: str


deliveries = st.builds(
    Delivery, st.booleans(), st.sampled_from(["m1", "m2", "m3"]), st.sampled_from("abcd"), st.sampled_from(["t1", "t2"])
)


@dataclass
class Model:
    """What should be stored: nothing of which the event or the message is known already."""

    known: set[str] = field(default_factory=set)
    waiting: list[tuple[str, str]] = field(default_factory=list)

    def take(self, delivery: Delivery) -> Accepted:
        names = {delivery.message, delivery.event}
        if self.known & names:
            return Accepted.DUPLICATE
        self.known |= names
        if delivery.accepted:
            self.waiting.append((delivery.thread, delivery.message))
        return Accepted.NEW

    def take_together(self, batch: Sequence[Delivery]) -> list[Accepted]:
        """Those of one kind go together, in the order in which the kinds first come."""
        outcomes = {
            place: self.take(delivery)
            for kind in dict.fromkeys(delivery.accepted for delivery in batch)
            for place, delivery in enumerate(batch)
            if delivery.accepted is kind
        }
        return [outcomes[place] for place in range(len(batch))]


async def deliver(store: Store, delivery: Delivery) -> Accepted:
    if delivery.accepted:
        return (await store.accept(inbound(delivery.message, delivery.thread, event=delivery.event))).outcome
    return await store.decide(verdict(delivery.message, event=delivery.event))


async def waiting(store: Store) -> list[tuple[str, str]]:
    rows = [await store.threads.get(thread_id) for thread_id in await store.threads.pending()]
    return [(row.ref.id, waiting.message.id) for row in rows for waiting in await store.waiting(row.id)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(deliveries, min_size=1, max_size=6), max_size=5))
def test_batches_end_as_events_taken_one_by_one(batches: list[list[Delivery]]) -> None:
    async def check() -> None:
        with tempfile.TemporaryDirectory() as directory:
            store = await opener(Path(directory), SetClock(), [])(exclusive=True)
            model = Model()
            for batch in batches:
                outcomes = await asyncio.gather(*(deliver(store, delivery) for delivery in batch))
                assert outcomes == model.take_together(batch)
            assert sorted(await waiting(store)) == sorted(model.waiting)
            await store.close()

    asyncio.run(check())
