"""Turns over the wire: chatbots, agents, failures, approvals, and what the documentation leaves open."""

from __future__ import annotations

import asyncio

import pytest

from bridge import (
    ApprovalRequest,
    Complete,
    Delta,
    EndReason,
    MessageRefused,
    SessionLost,
    Status,
    Thinking,
    ToolCall,
    ToolStatus,
    TurnEnded,
)
from bridge.testing import eventually
from bridge_sandbox.faults import Fault
from bridge_sandbox.vectorshift import FakeVectorShift, long_answer
from bridge_vectorshift.chatbot import VectorShift
from tests.integration.vectorshift.parties import ANSWERED, ask, first_delta, heard, open_session, said


async def test_streams_word_by_word(provider: VectorShift) -> None:
    async with await open_session(provider) as session:
        await session.send("Hello")
        events = await heard(session)
    deltas = [event.text for event in events if isinstance(event, Delta)]
    assert len(deltas) > 5
    assert events[-2:] == [Complete(events[0].message_id, "".join(deltas)), ANSWERED]  # type: ignore[union-attr]


async def test_an_answer_before_anybody_listens_is_kept(service: FakeVectorShift, provider: VectorShift) -> None:
    async with await open_session(provider) as session:
        await session.send("Hello")
        await eventually(lambda: not service.sessions[session.id].busy)
        assert said(await heard(session)) == "You said: Hello\n\n(turn 1 of this conversation)"


async def test_several_messages_are_one_turn(service: FakeVectorShift, provider: VectorShift) -> None:
    async with await open_session(provider) as session:
        assert await ask(session, "One", "two") == "You said: One\ntwo\n\n(turn 1 of this conversation)"
        assert service.asked(session.id) == ["One", "two"]


async def test_a_long_answer_is_complete(provider: VectorShift) -> None:
    async with await open_session(provider, "guide") as session:
        await session.send("long 20000")
        events = await heard(session)
    assert said(events) == long_answer(20_000)
    assert "".join(event.text for event in events if isinstance(event, Delta)) == long_answer(20_000)


async def test_a_failure_says_why(provider: VectorShift) -> None:
    async with await open_session(provider, "fails") as session:
        await session.send("Try")
        assert (await heard(session))[-1] == TurnEnded(
            EndReason.FAILED, "the pipeline stopped: node llm_1 gave no answer"
        )


async def test_an_agent_has_several_messages_and_steps(provider: VectorShift) -> None:
    async with await open_session(provider, "helper") as session:
        await session.send("Anything?")
        events = await heard(session)
    assert events[0] == Status("Processing")
    assert events[-2:] == [Status("Idle"), ANSWERED]
    assert sum(isinstance(event, Complete) for event in events) == 2
    assert any(isinstance(event, Thinking) for event in events)
    assert [(e.name, e.status) for e in events if isinstance(e, ToolCall)] == [
        ("search_documents", ToolStatus.RUNNING),
        ("search_documents", ToolStatus.DONE),
        ("summarize", ToolStatus.RUNNING),
        ("summarize", ToolStatus.DONE),
    ]


@pytest.mark.parametrize(
    ("approve", "answer"),
    [(True, "Done: the email to bob@example.org is sent."), (False, "Understood. I did not send anything.")],
)
async def test_an_approval_pauses_the_turn(provider: VectorShift, approve: bool, answer: str) -> None:
    async with await open_session(provider, "helper") as session:
        await session.send("Please approve this")
        events = await heard(session)
        assert events[-1] == TurnEnded(EndReason.WAITING)
        request = next(event for event in events if isinstance(event, ApprovalRequest))
        assert request.fields == {"to": "ada@example.org", "subject": "What was asked for"}
    async with await open_session(provider, "helper", resume=session.id) as again:
        await again.respond(request.id, approve=approve, fields={"to": "bob@example.org"} if approve else None)
        events = await heard(again)
        assert events[-1] == ANSWERED
        assert said(events).endswith(answer)


@pytest.mark.parametrize("lingering", [True, False])
async def test_looking_again_at_a_turn_that_waits(
    service: FakeVectorShift, provider: VectorShift, lingering: bool
) -> None:
    async with await open_session(provider, "helper") as session:
        await session.send("Please approve this")
        await heard(session)
    if not lingering:
        await service.drop_connections()
    for _ in range(2):
        async with await open_session(provider, "helper", resume=session.id) as again:
            events = await heard(again)
            assert events[-1] == TurnEnded(EndReason.WAITING)
            assert sum(isinstance(event, ApprovalRequest) for event in events) == 1
    approval = next(iter(service.sessions[session.id].approvals))
    service.sessions[session.id].answer_approval(approval, {"confirm": {}})  # somebody did it at the service
    while events[-1] == TurnEnded(EndReason.WAITING):
        async with await open_session(provider, "helper", resume=session.id) as again:
            events = await heard(again)
    assert events[-1] == ANSWERED
    assert said(events).endswith("is sent.")


async def test_joining_a_running_turn_tells_all_of_it(service: FakeVectorShift, provider: VectorShift) -> None:
    service.word_seconds = 0.02
    async with await open_session(provider) as session:
        await session.send("A question with quite a number of words in it")
        await first_delta(session)
    async with await open_session(provider, resume=session.id) as again:
        messages = await again.messages()
        assert not messages[-1].complete
        assert said(await heard(again)) == service.sessions[session.id].messages[-1].text
    async with await open_session(provider, resume=session.id) as again:
        assert (await again.messages())[-1].complete
        assert "turn 2" in await ask(again, "Next")


async def test_joining_a_running_agent_tells_all_of_it(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.word_seconds = 0.01
    async with await open_session(hurried, "helper") as session:
        await session.send("Anything?")
        await first_delta(session)
    async with await open_session(hurried, "helper", resume=session.id) as again:
        texts = said(await heard(again))
    assert texts == "\n\n".join(m.text for m in service.sessions[session.id].messages if m.text and not m.from_user)


@pytest.mark.parametrize("name", ["echo", "helper"])
async def test_joining_a_finished_turn_ends(hurried: VectorShift, name: str) -> None:
    async with await open_session(hurried, name) as session:
        answer = await ask(session, "Hello")
        await session.terminate()
    async with await open_session(hurried, name, resume=session.id) as again:
        events = await heard(again)
    assert events[-1] == ANSWERED
    assert said(events) == answer


@pytest.mark.parametrize("name", ["echo", "helper"])
@pytest.mark.parametrize("statuses", [True, False])
@pytest.mark.parametrize("echoes", [True, False])
async def test_whatever_the_service_sends_besides(
    service: FakeVectorShift, provider: VectorShift, name: str, statuses: bool, echoes: bool
) -> None:
    service.quirks.chatbot_statuses = statuses
    service.quirks.agent_statuses = statuses or name == "echo"
    service.quirks.echoes_users = echoes
    async with await open_session(provider, name) as session:
        await session.send("Hello")
        first = await heard(session)
        await session.send("What did I say first?")
        second = await heard(session)
    assert first[-1] == second[-1] == ANSWERED
    if statuses or name == "echo":
        assert said(second) == 'The first thing you said was: "Hello"'


async def test_a_refused_message_is_refused(service: FakeVectorShift, provider: VectorShift) -> None:
    async with await open_session(provider) as session:
        service.faults.add(Fault("post_message", code="content policy"))
        with pytest.raises(MessageRefused, match="content policy") as caught:
            await session.send("Hello")
        assert caught.value.notice
        assert service.asked(session.id) == []
        assert "turn 1" in await ask(session, "Hello again")


async def test_nothing_is_no_question(provider: VectorShift) -> None:
    async with await open_session(provider) as session:
        with pytest.raises(ValueError, match="nothing to send"):
            await session.send(" ", "")


async def test_a_session_that_is_forgotten_between_turns_is_lost(
    service: FakeVectorShift, provider: VectorShift
) -> None:
    async with await open_session(provider) as session:
        await ask(session, "Hello")
        service.forget(session.id)
        await eventually(lambda: service.online == 0)
        with pytest.raises(SessionLost):
            await session.send("Hello?")


def connects(service: FakeVectorShift) -> int:
    return sum(item.kind == "connect_session" for item in service.wire.recent)


async def test_who_is_told_that_a_session_is_lost_asks_the_service_for_it_again(
    service: FakeVectorShift, provider: VectorShift
) -> None:
    async with await open_session(provider) as session:
        await ask(session, "Hello")
        service.faults.add(Fault("post_message", code="session not found"))
        with pytest.raises(SessionLost):
            await session.send("Hello?")
    before = connects(service)
    async with await open_session(provider, resume=session.id) as session:
        assert connects(service) > before
        assert "turn 2" in await ask(session, "Hello?")


async def test_sessions_do_not_hear_each_other(provider: VectorShift) -> None:
    sessions = [await open_session(provider) for _ in range(10)]
    answers = await asyncio.gather(*(ask(session, f"number {i}") for i, session in enumerate(sessions)))
    assert all(f"number {i}" in answer for i, answer in enumerate(answers))
    for session in sessions:
        await session.disconnect()
