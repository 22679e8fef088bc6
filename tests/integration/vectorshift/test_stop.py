"""A stopped turn ends at once, and nothing of it reaches the next one."""

from __future__ import annotations

import asyncio

import pytest

from bridge import Complete, Delta, SessionEvent
from bridge.testing import eventually
from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.vectorshift import FakeVectorShift
from bridge_vectorshift.chatbot import VectorShift
from bridge_vectorshift.session import VectorShiftSession
from tests.integration.vectorshift.parties import ANSWERED, STOPPED, ask, first_delta, heard, open_session, said


def messages_of(events: list[SessionEvent]) -> set[str]:
    return {event.message_id for event in events if isinstance(event, Delta | Complete)}


async def stopped(session: VectorShiftSession) -> list[SessionEvent]:
    """Ask, stop at the first word, and hear the rest."""
    await session.send("Begin to answer this with a good many words, please")
    await first_delta(session)
    await session.stop()
    events = await heard(session)
    assert events[-1] == STOPPED
    return events


@pytest.mark.parametrize("name", ["slow", "helper"])
async def test_ends_the_turn_here_and_there(service: FakeVectorShift, provider: VectorShift, name: str) -> None:
    async with await open_session(provider, name) as session:
        await stopped(session)
        assert not service.sessions[session.id].busy
        assert await ask(session, "What did I say first?") == (
            'The first thing you said was: "Begin to answer this with a good many words, please"'
        )


@pytest.mark.parametrize("resumed", [True, False])
@pytest.mark.parametrize("drop", [True, False])
async def test_what_the_service_still_writes_does_not_leak(
    service: FakeVectorShift, provider: VectorShift, resumed: bool, drop: bool
) -> None:
    service.quirks.terminate_ends_turn = False
    service.word_seconds = 0.02
    session = await open_session(provider)
    if drop:
        service.faults.add(Fault("terminate_session", Action.DROP_AFTER))
    await stopped(session)
    assert service.sessions[session.id].busy
    if resumed:
        await session.disconnect()
        session = await open_session(provider, resume=session.id)
    await session.send("Next")
    events = await heard(session)
    assert events[-1] == ANSWERED
    assert said(events) == "You said: Next\n\n(turn 2 of this conversation)"
    await session.disconnect()


async def test_a_listener_ends_when_somebody_else_stops(provider: VectorShift) -> None:
    async with await open_session(provider, "slow") as session:
        await session.send("Begin")
        listening = asyncio.create_task(heard(session))
        await asyncio.sleep(0)
        await session.stop()
        assert (await listening)[-1] == STOPPED


async def test_when_the_service_is_away(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.word_seconds = 0.02
    async with await open_session(hurried) as session:
        await session.send("Begin to answer this with a good many words, please")
        await first_delta(session)
        await service.stop()
        await session.stop()
        assert (await heard(session))[-1] == STOPPED
        await service.start()
        assert "turn 2" in await ask(session, "Next")


async def test_nothing_to_stop(service: FakeVectorShift, provider: VectorShift) -> None:
    async with await open_session(provider) as session:
        await session.stop()
        await ask(session, "Hello")
        await session.stop()
        assert service.online == 1
    await session.stop()


async def test_a_turn_that_nobody_joined_is_stopped_at_the_service(
    service: FakeVectorShift, provider: VectorShift
) -> None:
    async with await open_session(provider, "slow") as session:
        await session.send("Begin")
    async with await open_session(provider, "slow", resume=session.id) as again:
        await again.stop()
        await eventually(lambda: not service.sessions[session.id].busy)


async def test_a_turn_that_waits_for_approval_can_be_left(service: FakeVectorShift, provider: VectorShift) -> None:
    async with await open_session(provider, "helper") as session:
        await session.send("Please approve")
        await heard(session)
        await session.stop()
        assert not service.sessions[session.id].busy
        assert "has a good answer" in await ask(session, "Something else")
