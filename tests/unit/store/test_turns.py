"""A turn from asked to its end, and the journal of its reply."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.errors import StoreError
from bridge.model import MessageId, SessionId
from bridge.store import PartRow, PartState, Store, TurnState
from tests.unit.store.making import START, SetClock, asked, bound, inbound


async def test_a_turn_takes_its_messages_out_of_the_queue(store: Store) -> None:
    binding, ids = await bound(store, "m1", "m2", "m3")
    turn = await store.begin_turn(binding.thread_id, binding.id, ids[:2])
    assert (turn.state, turn.attempts, turn.reason) == (TurnState.ASKED, 1, "")
    assert (turn.thread_id, turn.binding_id) == (binding.thread_id, binding.id)
    assert (turn.created_at, turn.asked_at, turn.ended_at) == (START, START, None)
    assert (turn.waiting_kind, turn.waiting_until) == (None, None)
    assert [message.message.id for message in turn.messages] == ["m1", "m2"]
    assert turn.parts == ()
    assert [message.id for message in await store.waiting(binding.thread_id)] == ids[2:]
    assert await store.unfinished_turn(binding.thread_id) == turn
    assert await store.overview.turns(binding.thread_id) == [turn]


async def test_a_thread_has_one_unfinished_turn(store: Store) -> None:
    binding, ids = await bound(store, "m1", "m2")
    await store.begin_turn(binding.thread_id, binding.id, ids[:1])
    with pytest.raises(StoreError):
        await store.begin_turn(binding.thread_id, binding.id, ids[1:])
    assert [message.id for message in await store.waiting(binding.thread_id)] == ids[1:]


async def test_a_message_is_in_one_turn(store: Store) -> None:
    binding, ids = await bound(store, "m1", "m2")
    turn = await store.begin_turn(binding.thread_id, binding.id, ids[:1])
    await store.end_turn(turn.id, TurnState.ANSWERED, "")
    with pytest.raises(StoreError, match="not all of the messages"):
        await store.begin_turn(binding.thread_id, binding.id, ids)
    assert await store.unfinished_turn(binding.thread_id) is None
    assert [message.id for message in await store.waiting(binding.thread_id)] == ids[1:]


async def test_a_message_of_another_thread_is_refused(store: Store) -> None:
    binding, _ = await bound(store, "m1")
    _, others = await bound(store, "m2", thread="t2")
    with pytest.raises(StoreError, match="not all of the messages"):
        await store.begin_turn(binding.thread_id, binding.id, others)


async def test_the_journal_of_a_reply(store: Store) -> None:
    turn = await asked(store, "m1")

    async def parts() -> tuple[TurnState, list[PartRow]]:
        found = await store.unfinished_turn(turn.thread_id)
        assert found is not None
        return found.state, list(found.parts)

    await store.parts.posting(turn.id, 0, "a")
    assert await parts() == (TurnState.ASKED, [PartRow(turn.id, 0, PartState.POSTING, "a", None)])
    await store.parts.posting(turn.id, 0, "b")
    assert await parts() == (TurnState.ASKED, [PartRow(turn.id, 0, PartState.POSTING, "b", None)])
    await store.parts.posted(turn.id, 0, MessageId("p0"))
    posted = PartRow(turn.id, 0, PartState.POSTED, "b", MessageId("p0"))
    assert await parts() == (TurnState.REPLYING, [posted])
    await store.parts.posting(turn.id, 1, "c")
    sealed = PartRow(turn.id, 0, PartState.SEALED, "b", MessageId("p0"))
    assert await parts() == (TurnState.REPLYING, [sealed, PartRow(turn.id, 1, PartState.POSTING, "c", None)])
    await store.parts.posted(turn.id, 1, MessageId("p1"))
    await store.end_turn(turn.id, TurnState.ANSWERED, "")
    [ended] = await store.overview.turns(turn.thread_id)
    assert [part.state for part in ended.parts] == [PartState.SEALED, PartState.SEALED]


async def test_a_receipt_needs_a_part(store: Store) -> None:
    turn = await asked(store, "m1")
    with pytest.raises(StoreError, match="part 0 of turn 1 was never"):
        await store.parts.posted(turn.id, 0, MessageId("p0"))
    with pytest.raises(StoreError):
        await store.parts.posting(99, 0, "a")


async def test_a_turn_waits_and_goes_on(store: Store) -> None:
    turn = await asked(store, "m1")
    until = START + timedelta(hours=24)
    await store.wait_turn(turn.id, "approval", until)
    waiting = await store.unfinished_turn(turn.thread_id)
    assert waiting is not None
    assert (waiting.state, waiting.waiting_kind, waiting.waiting_until) == (TurnState.WAITING, "approval", until)
    await store.resume_turn(turn.id)
    assert await store.unfinished_turn(turn.thread_id) == turn
    await store.parts.posting(turn.id, 0, "a")
    await store.parts.posted(turn.id, 0, MessageId("p0"))
    await store.wait_turn(turn.id, "approval", until)
    await store.resume_turn(turn.id)
    resumed = await store.unfinished_turn(turn.thread_id)
    assert resumed is not None
    assert (resumed.state, resumed.waiting_kind, resumed.waiting_until) == (TurnState.REPLYING, None, None)


async def test_a_turn_moves_to_another_session(store: Store) -> None:
    turn = await asked(store, "m1")
    second = await store.bindings.bind(turn.thread_id, "support", SessionId("s2"), ended="session lost")
    await store.move_turn(turn.id, second.id)
    await store.end_turn(turn.id, TurnState.ANSWERED, "", last_seen="c1")
    first, now = [item.binding for item in await store.overview.session_history(turn.thread_id)]
    assert [(binding.sent, binding.last_seen) for binding in (first, now)] == [(0, None), (1, "c1")]


async def test_attempts_are_counted(store: Store, clock: SetClock) -> None:
    turn = await asked(store, "m1")
    later = clock.forward(5)
    assert [await store.attempt_turn(turn.id) for _ in range(2)] == [2, 3]
    again = await store.unfinished_turn(turn.thread_id)
    assert again is not None
    assert (again.attempts, again.created_at, again.asked_at) == (3, START, later)


async def test_the_end_of_a_turn(store: Store, clock: SetClock) -> None:
    turn = await asked(store, "m1", "m2")
    later = clock.forward(7)
    await store.end_turn(turn.id, TurnState.ANSWERED, "", last_seen="c9")
    thread = await store.threads.get(turn.thread_id)
    assert thread.active_at == later
    assert thread.binding is not None
    assert (thread.binding.sent, thread.binding.last_seen) == (2, "c9")
    assert await store.last_ended(turn.thread_id) == later
    assert await store.unfinished_turn(turn.thread_id) is None
    [ended] = await store.overview.turns(turn.thread_id)
    assert (ended.state, ended.ended_at, len(ended.messages)) == (TurnState.ANSWERED, later, 2)


async def test_what_was_seen_is_kept_when_nothing_new_was(store: Store) -> None:
    binding, ids = await bound(store, "m1", "m2")
    for message_id, seen in zip(ids, ("c1", None), strict=True):
        turn = await store.begin_turn(binding.thread_id, binding.id, [message_id])
        await store.end_turn(turn.id, TurnState.FAILED, "the chatbot is down", last_seen=seen)
    now = (await store.threads.get(binding.thread_id)).binding
    assert now is not None
    assert (now.sent, now.last_seen) == (2, "c1")
    assert [turn.reason for turn in await store.overview.turns(binding.thread_id, limit=1)] == ["the chatbot is down"]


async def test_a_turn_ends_once(store: Store) -> None:
    turn = await asked(store, "m1")
    await store.end_turn(turn.id, TurnState.CANCELLED, "stop")
    for again in (
        store.end_turn(turn.id, TurnState.ANSWERED, ""),
        store.attempt_turn(turn.id),
        store.resume_turn(turn.id),
        store.wait_turn(turn.id, "approval", START),
    ):
        with pytest.raises(StoreError, match="does not exist or has ended"):
            await again
    [ended] = await store.overview.turns(turn.thread_id)
    assert (ended.state, ended.reason) == (TurnState.CANCELLED, "stop")


async def test_a_late_receipt_of_an_ended_turn_is_kept(store: Store) -> None:
    turn = await asked(store, "m1")
    await store.parts.posting(turn.id, 0, "a")
    await store.end_turn(turn.id, TurnState.FAILED, "unknown outcome")
    await store.parts.posted(turn.id, 0, MessageId("p0"))
    [ended] = await store.overview.turns(turn.thread_id)
    assert (ended.state, [part.message for part in ended.parts]) == (TurnState.FAILED, ["p0"])


async def test_messages_end_without_a_turn(store: Store) -> None:
    binding, ids = await bound(store, "help", "m1")
    await store.end_messages(binding.thread_id, ids[:1], TurnState.ANSWERED, "help")
    assert [message.id for message in await store.waiting(binding.thread_id)] == ids[1:]
    with pytest.raises(StoreError, match="not all of the messages"):
        await store.end_messages(binding.thread_id, ids, TurnState.CANCELLED, "")
    assert await store.last_ended(binding.thread_id) is None
    assert (await store.accept(inbound("help"))).thread_id == binding.thread_id
