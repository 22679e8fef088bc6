"""What a turn does when something comes between the question and the end of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bridge import (
    ApprovalRequest,
    Attachment,
    ChatbotUnavailable,
    Complete,
    Delta,
    EndReason,
    Forbidden,
    InstanceFailed,
    MessageGone,
    MessageRefused,
    NotEditable,
    Operation,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    SessionRefused,
    SystemClock,
    TooLong,
    TurnEnded,
    notices,
)
from bridge.chatbots import LOST
from bridge.store import Store, TurnState, open_store
from bridge.testing import Ask, Script, eventually
from bridge.testing.messages import with_bot
from bridge.testing.script import Step
from tests.core.running import CONFIG, Place, place


class LaterClock(SystemClock):
    """The machine's time, later."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


class Slow:
    """A script that says the first half at once and the rest when the test lets it."""

    def __init__(self, first: str = "one", rest: str = " two") -> None:
        self.go_on = asyncio.Event()
        self._pieces = (first, rest)

    async def __call__(self, ask: Ask) -> AsyncIterator[Step]:
        first, rest = self._pieces
        name = f"answer to {ask.text}"
        yield Delta(name, first)
        yield self.go_on
        yield Delta(name, rest)
        yield Complete(name, first + rest)


def scripted(script: Script) -> dict[str, Script]:
    return {"echo": script}


@asynccontextmanager
async def database(here: Place) -> AsyncIterator[Store]:
    """The database, while no bridge runs on it."""
    store = await open_store(
        "sqlite:///bridge.db", clock=SystemClock(), directory=here.directory, upgrade=False, exclusive=False
    )
    try:
        yield store
    finally:
        await store.close()


async def states(here: Place) -> list[tuple[str, str]]:
    """The state of each turn in the database, with its reason."""
    async with database(here) as store:
        turns = [turn for thread in await store.overview.sessions() for turn in await store.overview.turns(thread.id)]
        return [(turn.state, turn.reason) for turn in turns]


async def test_the_answer_is_shown_while_it_is_written(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one")
        slow.go_on.set()
        await here.answered(question.thread, "one two")
        (message,) = here.world.messages(question.thread)
        assert message.history == ["one", "one two"]


async def test_the_bot_is_seen_at_work_before_the_first_word(tmp_path: Path) -> None:
    go_on = asyncio.Event()
    events: list[Step] = [go_on, Complete("a", "Done")]
    async with place(tmp_path, scripted(lambda ask: events)) as here, here.running():
        question = await here.world.say("Think", mention=True)
        await here.world.until(lambda: here.world.activity.get(question.thread))
        assert here.world.shown(question.thread) == ()
        go_on.set()
        await here.answered(question.thread, "Done")


async def test_a_long_answer_continues_in_further_messages(tmp_path: Path) -> None:
    answer = "\n\n".join(f"Paragraph {number} " + "word " * 60 for number in range(60)).strip()
    async with place(tmp_path, scripted(lambda ask: answer)) as here, here.running():
        question = await here.world.say("Tell me", mention=True)
        await here.world.until(lambda: " ".join(here.world.shown(question.thread)).split() == answer.split())
        assert len(here.world.shown(question.thread)) > 8
        assert all(len(text) <= 2000 for text in here.world.shown(question.thread))


async def test_complete_wins_over_its_deltas(tmp_path: Path) -> None:
    events: list[Step] = [Delta("a", "Teh answr"), Complete("a", "The answer")]
    async with place(tmp_path, scripted(lambda ask: events)) as here, here.running():
        question = await here.world.say("?", mention=True)
        await here.answered(question.thread, "The answer")


async def test_messages_that_arrive_meanwhile_are_one_turn(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        question = await here.world.say("First", mention=True)
        await here.answered(question.thread, "one")
        await here.world.say("Second", thread=question.thread)
        await here.world.say("Third", thread=question.thread)
        await here.taken(3)
        slow.go_on.set()
        await here.answered(question.thread, "one two", "one two")
        assert here.service.sessions[here.session()].asked == [("First",), ("Second", "Third")]


async def test_a_queue_answers_each_by_itself(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running(CONFIG + 'when_busy = "queue"\n'):
        question = await here.world.say("First", mention=True)
        await here.answered(question.thread, "one")
        await here.world.say("Second", thread=question.thread)
        await here.world.say("Third", thread=question.thread)
        await here.taken(3)
        slow.go_on.set()
        await here.answered(question.thread, "one two", "one two", "one two")
        assert here.service.sessions[here.session()].asked == [("First",), ("Second",), ("Third",)]


async def test_stop_ends_the_answer_that_is_being_written(tmp_path: Path) -> None:
    async with place(tmp_path, scripted(Slow())) as here:
        async with here.running():
            question = await here.world.say("Count", mention=True)
            await here.answered(question.thread, "one")
            await here.world.say("stop", thread=question.thread)
            await here.answered(question.thread, "one", notices.STOPPED)
            assert not here.service.sessions[here.session()].running
        assert [state for state, _ in await states(here)] == [TurnState.CANCELLED]


async def test_stop_also_drops_what_waits_before_it(tmp_path: Path) -> None:
    async with place(tmp_path, scripted(Slow())) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one")
        await here.world.say("And then", thread=question.thread)
        await here.world.say("stop", thread=question.thread)
        await here.answered(question.thread, "one", notices.STOPPED)
        assert here.service.asked(here.session()) == ["Count"]


async def test_a_chatbot_that_is_down_is_waited_for_and_then_said_to_be(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        here.service.down = True
        question = await here.world.say("Hello?", mention=True)
        await here.answered(question.thread, notices.UNAVAILABLE)
        here.service.down = False
        await here.world.say("Hello again", thread=question.thread)
        await here.answered(question.thread, notices.UNAVAILABLE, "1: Hello again")


async def test_a_short_outage_is_not_seen(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        here.service.fail("create", ChatbotUnavailable())
        question = await here.world.say("Hello?", mention=True)
        await here.answered(question.thread, "1: Hello?")


async def test_a_lost_connection_is_caught_up_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one")
        here.service.cut(here.session())
        slow.go_on.set()
        await here.answered(question.thread, "one two")
        assert here.service.asked(here.session()) == ["Count"]


async def test_a_question_that_did_not_arrive_is_sent_again(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        here.service.fail("send", ChatbotUnavailable())
        question = await here.world.say("Hello", mention=True)
        await here.answered(question.thread, "1: Hello")
        assert here.service.asked(here.session()) == ["Hello"]


async def test_a_session_that_the_service_forgot_is_replaced_and_that_is_said(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "1: One")
        here.service.forget(here.session())
        await here.world.say("Two", thread=question.thread)
        await here.answered(question.thread, "1: One", notices.FORGOTTEN, "1: Two")


async def test_a_crash_just_after_the_session_was_replaced_does_not_hide_it(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.running():
            question = await here.world.say("One", mention=True)
            await here.answered(question.thread, "1: One")
        here.service.forget(here.session())
        replacement = here.service.create("echo")
        async with database(here) as store:
            thread = await store.threads.find(question.thread)
            assert thread is not None
            await store.bindings.bind(thread.id, "echo", replacement.id, ended=LOST)
        async with here.running():
            await here.world.say("Two", thread=question.thread)
            await here.answered(question.thread, "1: One", notices.FORGOTTEN, "1: Two")
            await here.world.say("Three", thread=question.thread)
            await here.answered(question.thread, "1: One", notices.FORGOTTEN, "1: Two", "2: Three")


async def test_refusals_are_said(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        here.service.fail("create", SessionRefused(notice="This chatbot is closed today."))
        closed = await here.world.say("Hello", mention=True)
        await here.answered(closed.thread, "This chatbot is closed today.")
        here.service.fail("send", MessageRefused())
        refused = await here.world.say("Hello", mention=True)
        await here.answered(refused.thread, notices.REFUSED)


async def test_a_chatbot_that_gives_up_half_way_keeps_what_it_said(tmp_path: Path) -> None:
    events: list[Step] = [Delta("a", "Well,"), TurnEnded(EndReason.FAILED, "out of tokens")]
    async with place(tmp_path, scripted(lambda ask: events)) as here:
        async with here.running():
            question = await here.world.say("?", mention=True)
            await here.answered(question.thread, "Well,", notices.FAILED)
        assert await states(here) == [(TurnState.FAILED, "out of tokens")]


async def test_an_empty_answer_is_not_silence(tmp_path: Path) -> None:
    async with place(tmp_path, scripted(lambda ask: "")) as here, here.running():
        question = await here.world.say("?", mention=True)
        await here.answered(question.thread, notices.EMPTY)


async def test_files_are_said_not_to_be_read(tmp_path: Path) -> None:
    files = (Attachment("F1", "plan.pdf"),)
    async with place(tmp_path) as here, here.running():
        both = await here.world.say("See this", mention=True, attachments=files)
        await here.answered(both.thread, "1: See this", notices.FILE_NOT_READ.format(names="plan.pdf"))
        only = await here.world.say("", mention=True, attachments=files)
        await here.answered(only.thread, notices.FILE_NOT_READ.format(names="plan.pdf"))


async def test_an_approval_is_shown_and_the_turn_goes_on_once_it_is_given(tmp_path: Path) -> None:
    events: list[Step] = [ApprovalRequest("r", "Send it", {}), Complete("a", "Sent.")]
    async with place(tmp_path, scripted(lambda ask: events)) as here, here.running():
        question = await here.world.say("Send", mention=True)
        request = notices.APPROVAL.format(title="Send it")
        await here.answered(question.thread, request)
        await here.world.say("Well?", thread=question.thread)
        await here.answered(question.thread, request, notices.STILL_WAITING)
        record = here.service.sessions[here.session()]
        record.responded.set()
        await here.world.until(lambda: "Sent." in "".join(here.world.shown(question.thread)), timeout=20)


async def test_a_restart_in_the_middle_finishes_the_same_message(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here:
        async with here.running():
            question = await here.world.say("Count", mention=True)
            await here.answered(question.thread, "one")
        async with here.running():
            slow.go_on.set()
            await here.answered(question.thread, "one two")
        assert here.service.asked(here.session()) == ["Count"]
        assert [state for state, _ in await states(here)] == [TurnState.ANSWERED]


async def test_an_answer_that_ended_while_nobody_listened_is_shown_after_the_restart(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here:
        async with here.running():
            question = await here.world.say("Count", mention=True)
            await here.answered(question.thread, "one")
        slow.go_on.set()
        task = here.service.sessions[here.session()].task
        assert task is not None
        await task
        async with here.running():
            await here.answered(question.thread, "one two")
        assert here.service.asked(here.session()) == ["Count"]


async def test_platform_outages_and_limits_are_waited_out(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        here.world.fail(Operation.OPEN_THREAD, PlatformUnavailable())
        here.world.fail(Operation.POST, PlatformUnavailable())
        here.world.fail(Operation.POST, RateLimited(retry_after=0.05))
        question = await here.world.say("Hello", mention=True)
        await here.answered(question.thread, "1: Hello")


async def test_a_post_that_may_have_happened_is_looked_up_and_not_repeated(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        here.world.screen._idempotent = False
        async with here.running():
            here.world.fail(Operation.POST, OutcomeUnknown(), done=True)
            question = await here.world.say("Hello", mention=True)
            await here.answered(question.thread, "1: Hello")


async def test_a_message_that_can_no_longer_be_edited_is_posted_anew(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one")
        here.world.fail(Operation.EDIT, NotEditable())
        slow.go_on.set()
        await here.answered(question.thread, "one two")


async def test_a_platform_that_calls_a_part_too_long_gets_smaller_ones(tmp_path: Path) -> None:
    answer = "word " * 390
    async with place(tmp_path, scripted(lambda ask: answer)) as here, here.running():
        here.world.fail(Operation.POST, TooLong(), times=2)
        question = await here.world.say("?", mention=True)
        await here.world.until(lambda: " ".join(here.world.shown(question.thread)).split() == answer.split())
        assert len(here.world.shown(question.thread)) == 2


async def test_deleting_the_answer_stops_it(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here:
        async with here.running():
            question = await here.world.say("Count", mention=True)
            await here.answered(question.thread, "one")
            here.world.fail(Operation.EDIT, MessageGone())
            slow.go_on.set()
            other = await here.world.say("Count", mention=True)
            await here.answered(other.thread, "one two")
        assert sorted(state for state, _ in await states(here)) == [TurnState.ANSWERED, TurnState.CANCELLED]


async def test_a_place_that_refuses_one_answer_is_tried_again_with_the_next(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        here.world.fail(Operation.POST, Forbidden("no permission to write here"))
        shut = await here.world.say("Hello", mention=True)
        await here.answered(with_bot(here.world.instance, "Ada"), notices.ELSEWHERE, "1: Hello")
        question = await here.world.say("Hello", thread=shut.thread)
        await here.answered(question.thread, "2: Hello")


async def test_what_is_left_for_a_platform_that_failed_is_answered_after_the_next_start(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.running():
            here.world.fail(Operation.POST, InstanceFailed("the token was revoked"), times=100)
            question = await here.world.say("Hello", mention=True)
            await here.taken(1)
            other = await here.world.say("And this?", mention=True)
            await here.taken(2)
            await eventually(lambda: here.service.sessions)
        assert here.world.messages() == ()
        here.world.turnstile.relent()
        async with here.running():
            await here.answered(question.thread, "1: Hello")
            await here.answered(other.thread, "1: And this?")


async def test_a_word_to_the_bot_where_it_may_not_write_does_not_hold_up_the_thread(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        here.world.fail(Operation.POST, Forbidden())
        question = await here.world.say("help", mention=True)
        await here.taken(1)
        await here.world.say("Hello", thread=question.thread)
        await here.answered(question.thread, "1: Hello")


async def test_an_idle_thread_starts_a_new_session_where_the_route_says_so(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running(CONFIG + 'reset_after = "1h"\n'):
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "1: One")
        await here.world.say("Two", thread=question.thread)
        await here.answered(question.thread, "1: One", "2: Two")
        here.world.clock = LaterClock(timedelta(hours=2))
        await here.world.say("Three", thread=question.thread)
        await here.answered(question.thread, "1: One", "2: Two", "1: Three")


async def test_stop_ends_a_turn_that_waits_for_approval(tmp_path: Path) -> None:
    events: list[Step] = [ApprovalRequest("r", "Send it", {}), Complete("a", "Sent.")]
    async with place(tmp_path, scripted(lambda ask: events)) as here, here.running():
        question = await here.world.say("Send", mention=True)
        request = notices.APPROVAL.format(title="Send it")
        await here.answered(question.thread, request)
        await eventually(lambda: not here.service.sessions[here.session()].listeners)
        await here.world.say("stop", thread=question.thread)
        await here.answered(question.thread, request, notices.STOPPED)
        assert not here.service.sessions[here.session()].running
