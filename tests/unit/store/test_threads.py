"""Conversations are found again, with the session that they are tied to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.errors import StoreError
from bridge.model import ChannelId, InstanceName, MessageId, SessionId, ThreadId, WorkspaceId
from bridge.store import BindingHistory, BindingRow, Store, TurnState
from tests.unit.store.making import HELP, SLACK, START, TEAM, Opener, SetClock, asked, bound, inbound, ref


async def test_a_place_without_a_conversation_has_no_thread(store: Store) -> None:
    assert await store.threads.find(ref()) is None
    assert await store.threads.find_by_message(SLACK, TEAM, HELP, MessageId("m1")) is None
    assert await store.waiting(1) == ()
    assert await store.unfinished_turn(1) is None
    assert await store.last_ended(1) is None
    with pytest.raises(StoreError, match="there is no thread 1"):
        await store.threads.get(1)


async def test_a_thread_is_found_by_its_whole_key(store: Store) -> None:
    await store.accept(inbound("m1"))
    found = await store.threads.find(ref())
    assert found is not None
    assert found.ref == ref()
    assert await store.threads.get(found.id) == found
    for other in (
        replace(ref(), instance=InstanceName("x")),
        replace(ref(), workspace=WorkspaceId("x")),
        replace(ref(), channel=ChannelId("x")),
        replace(ref(), id=ThreadId("x")),
    ):
        assert await store.threads.find(other) is None


async def test_a_binding_is_replaced_and_kept_in_the_history(store: Store, clock: SetClock) -> None:
    first, _ = await bound(store, "m1")
    assert first == BindingRow(first.id, first.thread_id, "support", SessionId("s1"), START, 0, None)
    later = clock.forward(60)
    second = await store.bindings.bind(first.thread_id, "sales", SessionId("s2"), ended="session lost")
    assert (await store.threads.get(first.thread_id)).binding == second
    assert await store.overview.session_history(first.thread_id) == [
        BindingHistory(first, later, "session lost"),
        BindingHistory(second, None, ""),
    ]


async def test_an_unbound_thread_has_no_binding(store: Store, clock: SetClock) -> None:
    binding, _ = await bound(store, "m1")
    await store.bindings.unbind(binding.thread_id, "new")
    await store.bindings.unbind(binding.thread_id, "again")
    assert (await store.threads.get(binding.thread_id)).binding is None
    assert await store.overview.session_history(binding.thread_id) == [BindingHistory(binding, clock.now(), "new")]


async def test_a_thread_that_is_not_there_cannot_be_bound(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.bindings.bind(5, "support", SessionId("s1"))
    assert await store.overview.session_history(5) == []


async def test_a_thread_is_found_by_its_questions_and_by_its_answers(store: Store) -> None:
    turn = await asked(store, "m1")
    await store.parts.posting(turn.id, 0, "marker")
    await store.parts.posted(turn.id, 0, MessageId("answer"))
    await asked(store, "m2", thread="t2")
    for name in ("m1", "answer"):
        found = await store.threads.find_by_message(SLACK, TEAM, HELP, MessageId(name))
        assert found is not None
        assert found.id == turn.thread_id
        for elsewhere in (
            (InstanceName("x"), TEAM, HELP),
            (SLACK, WorkspaceId("x"), HELP),
            (SLACK, TEAM, ChannelId("x")),
        ):
            assert await store.threads.find_by_message(*elsewhere, MessageId(name)) is None


async def test_pending_threads_come_in_the_order_of_their_oldest_message(store: Store) -> None:
    for name, thread in (("m1", "a"), ("m2", "b"), ("m3", "a"), ("m4", "c")):
        await store.accept(inbound(name, thread))
    a, b, c = [row.id for row in [await store.threads.find(ref(name)) for name in "abc"] if row is not None]
    assert await store.threads.pending() == [a, b, c]
    binding = await store.bindings.bind(a, "support", SessionId("s"))
    [first, second] = await store.waiting(a)
    turn = await store.begin_turn(a, binding.id, [first.id])
    assert await store.threads.pending() == [a, b, c]
    await store.end_turn(turn.id, TurnState.ANSWERED, "")
    assert await store.threads.pending() == [b, a, c]
    await store.end_messages(a, [second.id], TurnState.CANCELLED, "withdrawn")
    assert await store.threads.pending() == [b, c]


async def test_sessions_are_listed_latest_first(store: Store, clock: SetClock) -> None:
    for name, thread in (("m1", "a"), ("m2", "b"), ("m3", "a")):
        clock.forward(1)
        await store.accept(inbound(name, thread))
    assert [row.ref.id for row in await store.overview.sessions()] == ["a", "b"]
    assert [row.ref.id for row in await store.overview.sessions(limit=1)] == ["a"]
    assert await store.overview.sessions(instance=InstanceName("discord")) == []


async def test_threads_are_found_by_our_id_or_the_platforms(store: Store) -> None:
    await store.accept(inbound("m1", "1700000000.000100"))
    [by_name] = await store.overview.find_threads("1700000000.000100")
    assert await store.overview.find_threads(str(by_name.id)) == [by_name]
    assert await store.overview.find_threads("nothing") == []
    assert await store.overview.find_threads("9" * 40) == []


async def test_changes_by_others_are_counted_and_those_of_the_running_process_are_not(open_it: Opener) -> None:
    running, other = await open_it(exclusive=True), await open_it()
    binding, _ = await bound(running, "m1")
    assert await running.notes.changes() == 0
    await other.bindings.bind(binding.thread_id, "support", SessionId("given"), ended="attached")
    assert await running.notes.changes() == 1
    await other.bindings.unbind(binding.thread_id, "reset")
    assert await running.notes.changes() == 2
    assert (await running.threads.get(binding.thread_id)).binding is None
