"""Scripted chatbots say what a test wants. What they share with others is in their contract."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from bridge import (
    ApprovalRequest,
    ChatbotBusy,
    ChatbotUnavailable,
    Complete,
    Delta,
    EndReason,
    MessageRefused,
    ProviderContext,
    SystemClock,
    ToolCall,
    ToolStatus,
    TurnEnded,
)
from bridge.plugins import Plugins, resolve
from bridge.testing import Ask, Script, ScriptedChatbotTable, ScriptedProvider, ScriptedService, scripted
from bridge.testing.script import Step
from bridge.testing.scripted import ScriptedSession


@pytest.fixture
async def service() -> AsyncIterator[ScriptedService]:
    async with ScriptedService() as service:
        yield service


async def opened(service: ScriptedService, script: Script) -> ScriptedSession:
    """A session with a chatbot that follows `script`."""
    service.scripts["bot"] = script
    return await (await ScriptedProvider(service).fetch(ScriptedChatbotTable(name="bot"))).create_session()


async def test_a_text_is_streamed_word_by_word(service: ScriptedService) -> None:
    session = await opened(service, lambda ask: f"  {ask.text}, you\nsay")
    await session.send("Well")
    *deltas, complete, end = [event async for event in session.listen()]
    assert [event.text for event in deltas if isinstance(event, Delta)] == ["  ", "Well, ", "you\n", "say"]
    assert isinstance(complete, Complete)
    assert complete.text == "  Well, you\nsay"
    assert end == TurnEnded(EndReason.ANSWERED)


async def test_events_come_as_they_are_written(service: ScriptedService) -> None:
    events: list[Step] = [
        ToolCall("m", "t", "search", ToolStatus.RUNNING),
        Delta("m", "Found"),
        TurnEnded(EndReason.STOPPED),
    ]
    session = await opened(service, lambda ask: events)
    await session.send("Look")
    assert [event async for event in session.listen()] == events


async def test_a_script_can_wait_in_the_middle(service: ScriptedService) -> None:
    go_on = asyncio.Event()
    steps: list[Step] = [Delta("m", "Half"), go_on, Delta("m", " and half")]
    session = await opened(service, lambda ask: steps)
    await session.send("Go")
    events = session.listen()
    assert await anext(events) == Delta("m", "Half")
    assert (await session.messages())[-1].complete is False
    go_on.set()
    assert [event async for event in events] == [Delta("m", " and half"), TurnEnded(EndReason.ANSWERED)]


async def test_an_approval_parks_the_turn(service: ScriptedService) -> None:
    def script(ask: Ask) -> Iterator[Step]:
        yield ApprovalRequest("a", "Send the mail?", {})
        yield Complete("m", "Sent" if ask.responses[-1] else "Left alone")

    session = await opened(service, script)
    await session.send("Mail it")
    assert [event async for event in session.listen()][-1] == TurnEnded(EndReason.WAITING)
    await session.respond("a", approve=True)
    assert Complete("m", "Sent") in [event async for event in session.listen()]


async def test_a_script_knows_what_was_said_before(service: ScriptedService) -> None:
    session = await opened(service, lambda ask: f"turn {ask.turn} after {len(ask.earlier)} messages")
    for expected in ("turn 1 after 0 messages", "turn 2 after 2 messages"):
        await session.send("Next")
        assert Complete in {type(event) async for event in session.listen()}
        assert (await session.messages())[-1].text == expected


async def test_calls_fail_as_told(service: ScriptedService) -> None:
    session = await opened(service, lambda ask: "fine")
    service.fail("send", MessageRefused("no"))
    service.fail("create", ChatbotBusy(retry_after=3), times=2)
    with pytest.raises(MessageRefused):
        await session.send("Hello")
    for _ in range(2):
        with pytest.raises(ChatbotBusy):
            await opened(service, lambda ask: "fine")
    await session.send("Hello")
    assert service.asked(session.id) == ["Hello"]


async def test_a_cut_listener_hears_of_it_and_the_turn_goes_on(service: ScriptedService) -> None:
    go_on = asyncio.Event()
    steps: list[Step] = [Delta("m", "Half"), go_on, Complete("m", "Whole")]
    session = await opened(service, lambda ask: steps)
    await session.send("Go")
    events = session.listen()
    await anext(events)
    service.cut(session.id)
    with pytest.raises(ChatbotUnavailable):
        await anext(events)
    await session.disconnect()
    again = ScriptedSession(service, service.find(session.id))
    go_on.set()
    assert [event async for event in again.listen()] == [
        Complete("m", "Half"),
        Complete("m", "Whole"),
        TurnEnded(EndReason.ANSWERED),
    ]


async def test_it_is_a_plugin_like_any_other() -> None:
    plugins = Plugins(available=[])
    plugins.register(scripted, "scripted")
    spec = plugins.providers()["scripted"]
    async with ScriptedService(name="by name"):
        table = resolve(spec.config)(service="by name")
        provider = resolve(spec.factory)(table, ProviderContext("scripted", SystemClock()))
        assert (await provider.fetch(resolve(spec.chatbot)(name="echo"))).name == "echo"
    assert "scripted" in resolve(spec.example)


def test_a_service_that_is_not_there_is_named() -> None:
    with pytest.raises(LookupError, match="no ScriptedService named 'elsewhere'"):
        ScriptedService.named("elsewhere")
