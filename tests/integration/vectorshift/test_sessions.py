"""Sessions are opened, resumed, kept attached for a while, and left."""

from __future__ import annotations

import asyncio

import pytest

from bridge import (
    ChatbotBusy,
    ChatbotError,
    ChatbotUnauthorized,
    ChatbotUnavailable,
    Sender,
    SessionId,
    SessionLost,
    SessionRefused,
)
from bridge.testing import eventually
from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.vectorshift import FakeVectorShift
from bridge_vectorshift.chatbot import VectorShift
from bridge_vectorshift.config import ChatbotTable
from tests.integration.vectorshift.parties import HurriedClock, ask, open_session, provider_of


async def test_remembers_over_a_resume(provider: VectorShift) -> None:
    async with await open_session(provider) as session:
        assert await ask(session, "Hello") == "You said: Hello\n\n(turn 1 of this conversation)"
    async with await open_session(provider, resume=session.id) as again:
        assert again.id == session.id
        assert await ask(again, "What did I say first?") == 'The first thing you said was: "Hello"'


async def test_lists_its_messages(provider: VectorShift) -> None:
    async with await open_session(provider) as session:
        await ask(session, "Hello", "you")
        messages = await session.messages()
    assert [message.sender for message in messages] == [Sender.USER, Sender.USER, Sender.CHATBOT]
    assert [message.text for message in messages][:2] == ["Hello", "you"]
    assert all(message.complete for message in messages)


async def test_an_unknown_session_is_lost(provider: VectorShift) -> None:
    with pytest.raises(SessionLost) as caught:
        await open_session(provider, resume=SessionId("never-was"))
    assert caught.value.notice


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("GET /ws/session", status=401), ChatbotUnauthorized),
        (Fault("GET /ws/session", status=403), ChatbotUnauthorized),
        (Fault("GET /ws/session", status=404), ChatbotUnavailable),
        (Fault("GET /ws/session", status=429, retry_after=2), ChatbotBusy),
        (Fault("GET /ws/session", status=502), ChatbotUnavailable),
        (Fault("GET /ws/session", Action.DROP), ChatbotUnavailable),
        (Fault("create_session", Action.DROP_AFTER), ChatbotUnavailable),
        (Fault("create_session", code="chatbot is not deployed"), SessionRefused),
        (Fault("connect_session", code="internal error"), ChatbotUnavailable),
    ],
)
async def test_failures_to_open(
    service: FakeVectorShift, provider: VectorShift, fault: Fault, kind: type[ChatbotError]
) -> None:
    chatbot = await provider.fetch(ChatbotTable(name="echo"))
    service.faults.add(fault)
    with pytest.raises(kind) as caught:
        await chatbot.create_session()
    assert type(caught.value) is kind
    assert caught.value.notice
    await eventually(lambda: service.online == 0)
    async with await chatbot.create_session() as session:
        assert "Hello" in await ask(session, "Hello")


async def test_a_service_that_does_not_answer_is_given_up(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.faults.add(Fault("create_session", Action.DELAY, delay=2.0))
    with pytest.raises(ChatbotUnavailable, match="within 15 s"):
        await open_session(hurried)


async def test_the_connection_lingers_for_the_next_turn(service: FakeVectorShift, provider: VectorShift) -> None:
    session = await open_session(provider)
    await ask(session, "Hello")
    await session.disconnect()
    assert service.online == 1
    again = await open_session(provider, resume=session.id)
    await ask(again, "Again")
    assert sum(item.kind == "GET /ws/session" for item in service.wire.recent) == 1
    await again.disconnect()


async def test_an_idle_conversation_holds_no_socket_and_no_task(service: FakeVectorShift, hurried: VectorShift) -> None:
    before = asyncio.all_tasks()
    sessions = [await open_session(hurried) for _ in range(5)]
    for session in sessions:
        await ask(session, "Hello")
        await session.disconnect()
    assert service.online == 5
    await eventually(lambda: service.online == 0)
    await eventually(lambda: not {t.get_name() for t in asyncio.all_tasks() - before if "vectorshift" in t.get_name()})
    assert any(item.kind == "disconnect_session" for item in service.wire.recent)
    again = await open_session(hurried, resume=sessions[0].id)
    assert "turn 2" in await ask(again, "Back")
    await again.disconnect()


async def test_pings_while_attached(service: FakeVectorShift, hurried: VectorShift) -> None:
    session = await open_session(hurried)
    await eventually(lambda: sum(item.kind == "pong" for item in service.wire.recent) >= 3)
    await session.disconnect()


async def test_a_lingering_connection_that_broke_is_replaced(service: FakeVectorShift, provider: VectorShift) -> None:
    session = await open_session(provider)
    await session.disconnect()
    await service.drop_connections()
    again = await open_session(provider, resume=session.id)
    assert "Hello" in await ask(again, "Hello")
    await again.disconnect()


async def test_without_linger_the_connection_goes_at_once(service: FakeVectorShift) -> None:
    provider = provider_of(service, linger="0s")
    session = await open_session(provider)
    await session.disconnect()
    await session.disconnect()
    await eventually(lambda: service.online == 0)
    with pytest.raises(ChatbotUnavailable, match="disconnected"):
        await session.send("Hello?")
    await provider.close()


async def test_closing_the_provider_closes_everything(service: FakeVectorShift) -> None:
    provider = provider_of(service, clock=HurriedClock(1.0))
    attached, lingering = await open_session(provider), await open_session(provider)
    await lingering.disconnect()
    await provider.close()
    await eventually(lambda: service.online == 0)
    assert not [task for task in asyncio.all_tasks() if "vectorshift" in task.get_name()]
    await attached.disconnect()


async def test_a_terminated_session_can_be_resumed(service: FakeVectorShift, provider: VectorShift) -> None:
    session = await open_session(provider)
    await ask(session, "Hello")
    await session.terminate()
    await eventually(lambda: service.online == 0)
    again = await open_session(provider, resume=session.id)
    assert "turn 2" in await ask(again, "Again")
    await again.disconnect()


async def test_a_forgotten_session_is_lost(service: FakeVectorShift, provider: VectorShift) -> None:
    session = await open_session(provider)
    await session.disconnect()
    service.forget(session.id)
    await eventually(lambda: service.online == 0)
    with pytest.raises(SessionLost):
        await open_session(provider, resume=session.id)
