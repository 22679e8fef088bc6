"""Events are taken in once, however they arrive."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain

import pytest

from bridge.errors import StoreError
from bridge.model import (
    Attachment,
    Author,
    ChannelId,
    EventId,
    InstanceName,
    MessageId,
    Surface,
    ThreadRef,
    UserId,
    WorkspaceId,
)
from bridge.store import Acceptance, Accepted, Inbound, Store
from tests.unit.store.making import HELP, SLACK, START, TEAM, SetClock, accept_all, inbound, message, ref, verdict


async def test_a_message_is_accepted_once(store: Store) -> None:
    first = await store.accept(inbound("m1"))
    assert first == Acceptance(Accepted.NEW, first.thread_id)
    assert await store.accept(inbound("m1")) == Acceptance(Accepted.DUPLICATE, first.thread_id)
    assert [waiting.message.id for waiting in await store.waiting(first.thread_id)] == ["m1"]


async def test_twins_with_different_event_ids_are_one_message(store: Store) -> None:
    first = await store.accept(inbound("m1", event="app_mention"))
    assert await store.accept(inbound("m1", event="message")) == Acceptance(Accepted.DUPLICATE, first.thread_id)


async def test_one_event_id_is_one_event_whatever_it_says(store: Store) -> None:
    first = await store.accept(inbound("m1", event="e"))
    assert await store.accept(inbound("m2", event="e")) == Acceptance(Accepted.DUPLICATE, first.thread_id)
    assert (await store.decide(verdict("m3", event="e"))) is Accepted.DUPLICATE


async def test_duplicates_that_race_are_accepted_once(store: Store) -> None:
    deliveries = [inbound("m1", event=event) for event in ("app_mention", "message") * 32]
    outcomes = await asyncio.gather(*map(store.accept, deliveries))
    assert [outcome.outcome for outcome in outcomes].count(Accepted.NEW) == 1
    assert len({outcome.thread_id for outcome in outcomes}) == 1
    assert len(await store.waiting(outcomes[0].thread_id)) == 1


async def test_equal_ids_elsewhere_are_other_messages(store: Store) -> None:
    here = inbound("m1")
    places = [
        replace(here.thread, channel=ChannelId("C2")),
        replace(here.thread, workspace=WorkspaceId("T2")),
        replace(here.thread, instance=InstanceName("discord")),
    ]
    elsewhere = [
        Inbound(replace(here.message, event_id=EventId(f"e{n}")), place, "support", "r")
        for n, place in enumerate(places)
    ]
    assert len(set(await accept_all(store, [here, *elsewhere]))) == 4


async def test_what_was_decided_is_not_accepted_later(store: Store) -> None:
    assert await store.decide(verdict("m1")) is Accepted.NEW
    assert await store.decide(verdict("m1")) is Accepted.DUPLICATE
    assert await store.accept(inbound("m1", event="redelivered")) == Acceptance(Accepted.DUPLICATE, 0)
    assert await store.threads.find(ref()) is None
    assert await store.threads.pending() == []


async def test_what_was_accepted_is_not_decided_later(store: Store) -> None:
    await store.accept(inbound("m1"))
    assert await store.decide(verdict("m1", event="other")) is Accepted.DUPLICATE


async def test_changes_of_one_message_are_different_events(store: Store) -> None:
    await store.accept(inbound("m1"))
    changes = [verdict("m1", kind="edited", revision=revision, event=f"e{revision}") for revision in "112"]
    assert [await store.decide(change) for change in changes] == [Accepted.NEW, Accepted.DUPLICATE, Accepted.NEW]
    assert await store.decide(verdict("m1", kind="deleted", event="d")) is Accepted.NEW


async def test_a_duplicate_changes_nothing(store: Store, clock: SetClock) -> None:
    await store.accept(inbound("m1"))
    before = await store.threads.find(ref())
    clock.forward(60)
    await store.accept(inbound("m1", chatbot="sales", route="routes[1]"))
    assert await store.threads.find(ref()) == before


async def test_everything_of_a_message_comes_back(store: Store) -> None:
    place = ThreadRef(SLACK, TEAM, HELP, ref().id, Surface.CHANNEL)
    said = replace(
        message("m1", text='é\ud800\0 \U0001f600 "quoted"\n```x```'),
        author=Author(UserId("U1"), "Åda", frozenset({"r1", "r2"})),
        mentions_bot=True,
        direct=True,
        starts=True,
        withheld=True,
        reply_to=MessageId("m0"),
        attachments=(Attachment("F1", "a.txt", "text/plain", 3, "https://x.test/a"), Attachment("F2", "b")),
        in_channel=ref("elsewhere"),
        sent_at=datetime(2026, 1, 1, 1, 0, 0, 1, tzinfo=timezone(timedelta(hours=5))),
    )
    accepted = await store.accept(Inbound(said, place, "support", "routes[0]"))
    [waiting] = await store.waiting(accepted.thread_id)
    assert waiting.message == replace(said, thread=place, in_channel=None)
    assert waiting.message.thread.surface is Surface.CHANNEL
    assert waiting.message.sent_at.tzinfo is UTC
    assert (waiting.thread_id, waiting.chatbot, waiting.route) == (accepted.thread_id, "support", "routes[0]")


async def test_messages_wait_in_the_order_of_the_platforms_time(store: Store) -> None:
    thread_id, *_ = await accept_all(store, [inbound("m3", at=3), inbound("m1", at=1), inbound("m2", at=2)])
    assert [waiting.message.id for waiting in await store.waiting(thread_id)] == ["m1", "m2", "m3"]


async def test_messages_of_one_instant_wait_in_the_order_they_came(store: Store) -> None:
    thread_id, *_ = await accept_all(store, [inbound(f"m{n}") for n in (3, 1, 2)])
    assert [waiting.message.id for waiting in await store.waiting(thread_id)] == ["m3", "m1", "m2"]


@pytest.mark.parametrize("bad", ["half a pair \ud800", "a NUL \0"])
async def test_an_id_that_no_database_holds_is_refused_alone(store: Store, bad: str) -> None:
    good, failed = await asyncio.gather(
        store.accept(inbound("m1")), store.accept(inbound("m2", event=bad)), return_exceptions=True
    )
    assert isinstance(failed, StoreError)
    assert "cannot hold" in str(failed)
    assert good == Acceptance(Accepted.NEW, 1)


async def test_64_callers_at_once_lose_nothing(store: Store) -> None:
    async def caller(number: int) -> list[Acceptance]:
        return [await store.accept(inbound(f"{number}-{k}", f"t{(number + k) % 7}")) for k in range(20)]

    outcomes = list(chain.from_iterable(await asyncio.gather(*map(caller, range(64)))))
    assert {outcome.outcome for outcome in outcomes} == {Accepted.NEW}
    threads = {outcome.thread_id for outcome in outcomes}
    assert sorted(await store.threads.pending()) == sorted(threads)
    waiting = [message.message.id for thread_id in threads for message in await store.waiting(thread_id)]
    assert sorted(waiting) == sorted(f"{number}-{k}" for number in range(64) for k in range(20))


async def test_a_thread_is_refreshed_by_each_message(store: Store, clock: SetClock) -> None:
    await store.accept(inbound("m1", author="U1"))
    later = clock.forward(60)
    await accept_all(
        store, [inbound("m2", author="U2", chatbot="sales", route="routes[1]"), inbound("m3", chatbot="hr")]
    )
    row = await store.threads.find(ref())
    assert row is not None
    assert (row.asker, row.chatbot, row.route) == ("U1", "hr", "routes[0]")
    assert (row.created_at, row.active_at) == (START, later)


async def test_a_notice_is_told_once_per_thread_and_kind(store: Store) -> None:
    told = [
        await store.notes.tell_once(ref(thread), kind) for thread in ("t1", "t1", "t2") for kind in ("unrouted", "down")
    ]
    assert told == [True, True, False, False, True, True]
