"""Connections are lost at every moment of a turn, and the answer is whole all the same."""

from __future__ import annotations

import time

import pytest

from bridge import ChatbotUnavailable, Complete, Delta, EndReason, SessionLost, ToolCall, TurnEnded
from bridge.testing import eventually
from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.vectorshift import FakeVectorShift, long_answer
from bridge_vectorshift.chatbot import VectorShift
from tests.integration.vectorshift.parties import (
    ANSWERED,
    HURRY,
    ask,
    first_delta,
    heard,
    open_session,
    provider_of,
    said,
)

QUESTION = "A question with some words"
FRAMES = ["message_delta", "message_notification", "participant_status"]


@pytest.mark.parametrize("lists_users", [True, False])
@pytest.mark.parametrize("lists_unfinished", [True, False])
@pytest.mark.parametrize("at", range(0, 12, 2))
async def test_at_every_word(
    service: FakeVectorShift, hurried: VectorShift, at: int, lists_users: bool, lists_unfinished: bool
) -> None:
    service.quirks.lists_users, service.quirks.lists_unfinished = lists_users, lists_unfinished
    service.word_seconds = 0.01
    async with await open_session(hurried) as session:
        await ask(session, "Something before")
        await session.send(QUESTION)
        events, seen = [], 0
        async for event in session.listen():
            events.append(event)
            seen += isinstance(event, Delta)
            if seen == at:
                seen += 1
                await service.drop_connections()
        assert events[-1] == ANSWERED
        assert said(events) == f"You said: {QUESTION}\n\n(turn 2 of this conversation)"
        assert service.asked(session.id) == ["Something before", QUESTION]


@pytest.mark.parametrize("action", [Action.DROP, Action.DROP_AFTER])
@pytest.mark.parametrize("frame", FRAMES)
async def test_an_agent_at_every_kind_of_frame(
    service: FakeVectorShift, hurried: VectorShift, frame: str, action: Action
) -> None:
    async with await open_session(hurried, "helper") as session:
        await session.send(QUESTION)
        service.faults.add(Fault(frame, action, times=3))
        events = await heard(session)
    assert events[-1] == ANSWERED
    shown = [m.text for m in service.sessions[session.id].messages if m.text and not m.from_user]
    assert said(events) == "\n\n".join(shown)
    assert len({event.tool_id for event in events if isinstance(event, ToolCall)}) == 2


async def test_again_and_again(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.word_seconds = 0.005
    async with await open_session(hurried, "guide") as session:
        await session.send("long 20000")
        events = []
        async for event in session.listen():
            events.append(event)
            if len(events) % 30 == 0 and service.online:
                await service.drop_connections()
    assert said(events) == long_answer(20_000)


async def test_a_question_that_may_have_arrived_is_not_asked_twice(
    service: FakeVectorShift, provider: VectorShift
) -> None:
    async with await open_session(provider) as session:
        service.faults.add(Fault("post_message", Action.DROP_AFTER))
        with pytest.raises(ChatbotUnavailable):
            await session.send(QUESTION)
    async with await open_session(provider, resume=session.id) as again:
        assert (await again.messages())[0].text == QUESTION
        assert QUESTION in said(await heard(again))
    assert service.asked(session.id) == [QUESTION]


async def test_an_outage_in_a_turn(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.word_seconds = 0.01
    async with await open_session(hurried) as session:
        await session.send(QUESTION)
        await first_delta(session)
        await service.stop()
        await service.start()
        events = await heard(session)
    assert events[-1] == ANSWERED
    assert isinstance(events[-2], Complete)
    assert QUESTION in events[-2].text


async def test_a_service_that_stays_away_is_given_up(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.word_seconds = 0.05
    async with await open_session(hurried) as session:
        await session.send(QUESTION)
        await first_delta(session)
        await service.stop()
        began = time.monotonic()
        with pytest.raises(ChatbotUnavailable) as caught:
            await heard(session)
        assert time.monotonic() - began > 20 / HURRY
        assert caught.value.notice


async def test_a_session_that_is_forgotten_in_a_turn_is_lost(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.word_seconds = 0.05
    async with await open_session(hurried) as session:
        await session.send(QUESTION)
        await first_delta(session)
        service.forget(session.id)
        with pytest.raises(SessionLost):
            await heard(session)


async def test_a_dead_connection_is_noticed(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.word_seconds = 0.02
    async with await open_session(hurried) as session:
        await session.send(QUESTION)
        await first_delta(session)
        service.freeze_connections()
        began = time.monotonic()
        assert said(await heard(session)) == f"You said: {QUESTION}\n\n(turn 1 of this conversation)"
        assert time.monotonic() - began < 15 / HURRY + 1


async def test_a_service_that_no_longer_holds_it_attached(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.word_seconds = 0.05
    async with await open_session(hurried) as session:
        await session.send(QUESTION)
        await first_delta(session)
        service.faults.add(Fault("ping_session", code="not connected to this session"))
        assert QUESTION in said(await heard(session))
        assert sum(item.kind == "GET /ws/session" for item in service.wire.recent) == 2


async def test_a_frame_that_never_comes_is_asked_for(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.faults.add(Fault("message_notification", Action.STATUS))
    async with await open_session(hurried) as session:
        await session.send(QUESTION)
        assert (await heard(session))[-1] == ANSWERED
    assert any(item.kind == "get_messages" for item in service.wire.recent)


async def test_a_failure_is_not_lost_with_the_connection(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.faults.add(Fault("message_notification", Action.DROP))
    async with await open_session(hurried, "fails") as session:
        await session.send(QUESTION)
        end = (await heard(session))[-1]
    assert isinstance(end, TurnEnded)
    assert end.reason is EndReason.FAILED


async def test_an_idle_session_is_not_attached_again(service: FakeVectorShift, provider: VectorShift) -> None:
    async with await open_session(provider) as session:
        await ask(session, QUESTION)
        await service.drop_connections()
        await eventually(lambda: service.online == 0)
        assert sum(item.kind == "connect_session" for item in service.wire.recent) == 2  # the request and its ack
        assert "turn 2" in await ask(session, "Next")


async def test_two_accounts_do_not_share_anything(service: FakeVectorShift, hurried: VectorShift) -> None:
    other = provider_of(service)
    mine, theirs = await open_session(hurried), await open_session(other)
    await mine.send(QUESTION)
    await other.close()
    assert (await heard(mine))[-1] == ANSWERED
    await mine.disconnect()
    await theirs.disconnect()
