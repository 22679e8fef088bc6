"""Things that happen while the database is busy, twice at once, or in the wrong order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bridge import (
    ApprovalRequest,
    ChatbotUnauthorized,
    ChatbotUnavailable,
    Complete,
    Operation,
    OutcomeUnknown,
    PlatformUnavailable,
    StoreBusy,
    notices,
)
from bridge.clock import SystemClock
from bridge.conversation import Conversation
from bridge.lanes import Lanes
from bridge.store import Store, TurnState
from bridge.testing import Ask, eventually
from bridge.testing.script import Step
from tests.core.running import CONFIG, place
from tests.core.test_streams import PARKING, Chapters, pressed, streaming
from tests.core.test_turns import Slow, scripted, states
from tests.recovery.stopped import HastyClock


def busy(method: str, times: int = 1) -> Callable[[object], None]:
    """For `made`: the store does that, and then says that it was busy."""

    def made(something: object) -> None:
        if isinstance(something, Store):
            act: Callable[..., Awaitable[object]] = getattr(something, method)
            left = times

            async def once(*arguments: Any, **more: Any) -> object:
                nonlocal left
                left -= 1
                if left >= 0:
                    raise StoreBusy
                return await act(*arguments, **more)

            setattr(something, method, once)

    return made


async def test_a_stop_is_not_forgotten_when_the_database_is_busy(tmp_path: Path) -> None:
    script = Chapters("one", " two")
    async with streaming(tmp_path, script) as here, here.running(made=busy("end_turn")):
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, script.say(0))
        here.world.send(pressed(here, question))
        await here.ended(1)
        assert here.count("SELECT count(*) FROM turns WHERE state = 'cancelled'") == 1
        assert here.world.shown(question.thread) == ("one",)


async def test_a_stop_that_is_brought_late_stops_nothing_newer(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one")
        late = pressed(here, question, at=question.sent_at - timedelta(seconds=1))
        here.world.send(late)
        here.world.send(late)
        await eventually(lambda: here.count("SELECT count(*) FROM duplicates") == 1)
        slow.go_on.set()
        await here.answered(question.thread, "one two")
        await here.ended(1)
        assert [state for state, _ in await states(here)] == [TurnState.ANSWERED]


async def test_who_writes_twice_at_once_to_a_turn_that_waits_is_told_once(tmp_path: Path) -> None:
    events: list[Step] = [ApprovalRequest("r", "Send it", {}), Complete("a", "Sent.")]
    async with place(tmp_path, scripted(lambda ask: events)) as here, here.running():
        question = await here.world.say("Send", mention=True)
        request = notices.APPROVAL.format(title="Send it")
        await here.answered(question.thread, request)
        async with here.world.holding(Operation.POST):
            for text in ("Well?", "Hello?"):
                await here.world.say(text, thread=question.thread)
            await here.taken(3)
        await here.answered(question.thread, request, notices.STILL_WAITING)


class Later(SystemClock):
    """The time in an hour, when no earlier process can have answered anything."""

    def now(self) -> datetime:
        return super().now() + timedelta(hours=1)


async def test_why_there_is_no_answer_is_said_once(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running(made=busy("end_messages", times=2)):
        here.world.clock = Later()
        here.service.fail("create", ChatbotUnauthorized(), times=3)
        question = await here.world.say("Hi", mention=True)
        await eventually(lambda: here.count("SELECT count(*) FROM messages WHERE state = 'failed'") == 1)
        assert here.world.shown(question.thread) == (notices.MISCONFIGURED,)


async def test_an_answer_is_taken_away_once_the_platform_is_back(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running(clock=HastyClock()):
        here.world.fail(Operation.POST, OutcomeUnknown(), done=True)
        here.world.fail(Operation.HISTORY, PlatformUnavailable(), times=5)
        question = await here.world.say("Count", mention=True)
        await here.world.until(lambda: here.world.shown(question.thread) == ("one",))
        await here.world.delete(question)
        await here.world.until(lambda: here.world.shown(question.thread) == ())
        await here.ended(1)
        assert [state for state, _ in await states(here)] == [TurnState.CANCELLED]


async def test_an_answer_that_cannot_be_made_anew_costs_no_other(tmp_path: Path) -> None:
    def broken(something: object) -> None:
        if isinstance(something, Store):

            async def restart(*_: object, **__: object) -> None:
                raise RuntimeError("a defect")

            something.restart_turn = restart  # type: ignore[method-assign]

    async with place(tmp_path) as here, here.running(made=broken):
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "1: One")
        await here.ended(1)
        await here.world.change(question, "Two")
        await eventually(lambda: here.count("SELECT count(*) FROM turns WHERE wish IS NOT NULL") == 1)
        await here.world.say("Three", thread=question.thread)
        await here.world.until(lambda: here.world.shown(question.thread)[-1] == "2: Three")
        assert here.count("SELECT count(*) FROM turns WHERE wish IS NOT NULL") == 0


async def test_a_message_that_comes_after_its_deletion_is_not_asked(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        question = await here.world.say("One", mention=True)
        async with here.running():
            await here.world.delete(question)
            here.world.send(question)
            await eventually(lambda: here.count("SELECT count(*) FROM duplicates") == 1)
            assert here.count("SELECT count(*) FROM messages") == 0


async def test_what_the_database_did_not_take_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform gives up bringing it long before the database is back."""
    monkeypatch.setattr("bridge.testing.memory.RETRY_SECONDS", 3600.0)
    async with place(tmp_path) as here, here.running(CONFIG, made=busy("accept")):
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "1: One")


async def test_a_platform_whose_history_makes_no_sense_is_read_again(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.running():
            question = await here.world.say("One", mention=True)
            await here.answered(question.thread, "1: One")
        await here.world.say("Two", thread=question.thread)
        here.world.fail(Operation.CHANNELS, cast("PlatformUnavailable", KeyError("ts")), times=2)
        async with here.running():
            await here.answered(question.thread, "1: One", "2: Two")


async def test_a_lane_that_is_parked_before_it_begins_is_over() -> None:
    lanes = Lanes(SystemClock(), lambda _: cast("Conversation", None))
    lanes.wake(1)
    async with asyncio.timeout(5):
        await lanes.park()


async def test_a_session_that_is_lost_while_it_waits_is_asked_anew(tmp_path: Path) -> None:
    def script(ask: Ask) -> list[Step]:
        again = len(here.service.sessions) > 1
        return (
            [Complete("b", "Sent.")] if again else [ApprovalRequest("r", "Send it", {}), Complete("a", "Never said.")]
        )

    async with place(tmp_path, scripted(script)) as here, here.running(clock=HastyClock()):
        question = await here.world.say("Send", mention=True)
        await here.answered(question.thread, notices.APPROVAL.format(title="Send it"))
        here.service.forget(here.session())
        await here.ended(1)
        assert set(here.world.shown(question.thread)) == {notices.FORGOTTEN, "Sent."}
        assert [record.asked for record in here.service.sessions.values()] == [[("Send",)], [("Send",)]]
        assert [state for state, _ in await states(here)] == [TurnState.ANSWERED]


async def test_who_stops_an_answer_that_is_taken_up_keeps_what_there_is(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here:
        async with here.running(PARKING):
            question = await here.world.say("Count", mention=True)
            await here.answered(question.thread, "one")
        here.service.fail("messages", ChatbotUnavailable(), times=100)
        async with here.running():
            await eventually(lambda: here.count("SELECT max(attempts) FROM turns") > 1)
            await here.world.say("stop", thread=question.thread)
            await here.ended(1)
            await here.answered(question.thread, "one", notices.STOPPED)


async def test_nobody_is_told_of_waiting_once_it_is_over(tmp_path: Path) -> None:
    events: list[Step] = [ApprovalRequest("r", "Send it", {}), Complete("a", "Sent.")]
    async with place(tmp_path, scripted(lambda ask: events)) as here, here.running(clock=HastyClock()):
        question = await here.world.say("Send", mention=True)
        request = notices.APPROVAL.format(title="Send it")
        await here.answered(question.thread, request)
        async with here.world.holding(Operation.POST):
            await here.world.say("stop", thread=question.thread)
            await here.taken(2)
            await here.world.say("Well?", thread=question.thread)
            await here.taken(3)
            await here.ended(1)
        await here.world.until(lambda: notices.STOPPED in here.world.shown(question.thread))
        assert notices.STILL_WAITING not in here.world.shown(question.thread)


async def test_a_thread_is_opened_by_the_next_process_where_this_one_could_not(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.world.holding(Operation.OPEN_THREAD), here.running(PARKING):
            question = await here.world.say("One", mention=True)
            await eventually(lambda: here.count("SELECT count(*) FROM bindings") == 1)
        assert not here.world.opened
        async with here.running():
            await here.answered(question.thread, "1: One")
            await here.world.say("Two", thread=question.thread)
            await here.answered(question.thread, "1: One", "2: Two")
        assert [call.text for call in here.world.calls if call.operation is Operation.OPEN_THREAD] == ["One"]


@pytest.mark.parametrize("restart", [False, True])
async def test_who_grants_something_during_a_long_outage_is_answered(tmp_path: Path, restart: bool) -> None:
    events: list[Step] = [ApprovalRequest("r", "Send it", {}), Complete("a", "Sent.")]

    async def outage() -> None:
        here.service.fail("resume", ChatbotUnavailable("down"), times=14)
        here.service.sessions[here.session()].responded.set()
        await here.ended(1)

    async with place(tmp_path, scripted(lambda ask: events)) as here:
        async with here.running(clock=HastyClock()):
            question = await here.world.say("Send", mention=True)
            await eventually(lambda: here.count("SELECT count(*) FROM turns WHERE state = 'waiting'") == 1)
            if not restart:
                await outage()
        if restart:
            async with here.running(clock=HastyClock()):
                await outage()
        assert "Sent." in "".join(here.world.shown(question.thread))
        assert here.service.asked(here.session()) == ["Send"]
        assert [state for state, _ in await states(here)] == [TurnState.ANSWERED]
