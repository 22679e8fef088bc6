"""Answers that their thread does not take: they stand where the asker sees them, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bridge import (
    ApprovalRequest,
    Complete,
    Delta,
    Forbidden,
    Gone,
    InstanceFailed,
    Message,
    MessageRef,
    NotEditable,
    Operation,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    StoreBusy,
    ThreadRef,
    Unprovable,
    notices,
)
from bridge.store import TurnState
from bridge.store.parts import Parts
from bridge.testing import MemoryWorld, eventually
from bridge.testing.messages import with_bot
from bridge.testing.script import Step
from tests.core.running import CONFIG, Place, place
from tests.core.test_turns import Slow, database, scripted, states


def direct(world: MemoryWorld, author: str = "Ada") -> ThreadRef:
    """Where a person and the bot are alone."""
    return with_bot(world.instance, author)


async def answered(here: Place, state: TurnState, reason: str = "") -> None:
    """Wait until the only turn is over, and hold its end against this."""
    await here.ended(1)
    ((ended, why),) = await states(here)
    assert ended == state
    assert reason in why


@pytest.mark.parametrize("error", [Forbidden("no"), Gone("no thread"), Rejected("no reason")])
async def test_a_thread_that_takes_no_answer_at_all(tmp_path: Path, error: Rejected) -> None:
    async with place(tmp_path) as here, here.running():
        async with here.world.holding(Operation.POST):
            question = await here.world.say("Hi", mention=True)
            here.world.shut(question.thread, error)
        await here.answered(direct(here.world), notices.ELSEWHERE, "1: Hi")
        assert here.world.shown(question.thread) == ()
        await answered(here, TurnState.ANSWERED)


async def test_a_thread_that_takes_no_more_in_the_middle(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one")
        here.world.shut(question.thread, Forbidden("the bot was taken out of the channel"))
        slow.go_on.set()
        await here.answered(direct(here.world), notices.ELSEWHERE, "one two")
        assert here.service.asked(here.session()) == ["Count"]
        await answered(here, TurnState.ANSWERED)


async def test_the_reason_comes_before_the_answer(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        async with here.world.holding(Operation.POST):
            question = await here.world.say("Count", mention=True)
            here.world.shut(question.thread, Forbidden("not here"))
            here.world.fail(Operation.POST, RateLimited(retry_after=0.5))
        await here.world.until(lambda: any(call.operation is Operation.OPEN_DIRECT for call in here.world.calls))
        slow.go_on.set()
        await here.answered(direct(here.world), notices.ELSEWHERE, "one two")


def tasks(name: str) -> int:
    """How many tasks of this name run."""
    return sum(task.get_name() == name for task in asyncio.all_tasks())


async def test_what_is_refused_while_the_answer_moves_is_no_stop(tmp_path: Path) -> None:
    end = asyncio.Event()
    events: list[Step] = [ApprovalRequest("r", "Send it", {}), Delta("a", "Sent"), end, Complete("a", "Sent.")]
    async with place(tmp_path, scripted(lambda ask: events)) as here, here.running():
        question = await here.world.say("Send", mention=True)
        request = notices.APPROVAL.format(title="Send it")
        await here.answered(question.thread, request)
        async with here.world.holding(Operation.OPEN_DIRECT):
            here.world.shut(question.thread, Forbidden("not here any more"))
            await here.world.say("Well?", thread=question.thread)
            await eventually(lambda: tasks("to the asker directly") == tasks("writer") == 1)
            here.service.sessions[here.session()].responded.set()
            await eventually(lambda: tasks("writer") == 0)
        end.set()
        await here.ended(1)
        there = set(here.world.shown(direct(here.world)))
        assert there >= {notices.ELSEWHERE, f"{request}\n\nSent."}
        assert here.count("SELECT count(*) FROM turns WHERE state = 'answered'") == 1


async def test_an_edit_that_is_refused_becomes_a_message(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one")
        here.world.fail(Operation.EDIT, Rejected("the words are not liked"))
        slow.go_on.set()
        await here.answered(question.thread, "one two")
        assert here.world.shown(direct(here.world)) == ()


async def test_a_person_who_cannot_be_written_to_is_told_nothing_twice(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one")
        here.world.shut(question.thread, Forbidden("not here"))
        here.world.shut(direct(here.world), Forbidden("not there"))
        slow.go_on.set()
        await answered(here, TurnState.FAILED, "the answer could not be shown: Forbidden: not here")
        assert here.world.shown(question.thread) == ("one",)


async def test_a_message_that_somebody_deletes_is_not_wanted(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one")
        (message,) = here.world.messages(question.thread)
        here.world.screen.delete(message.ref)
        slow.go_on.set()
        await answered(here, TurnState.CANCELLED)
        assert here.world.shown(question.thread) == here.world.shown(direct(here.world)) == ()


async def test_in_a_direct_conversation_there_is_nowhere_else(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        here.world.shut(direct(here.world), Forbidden("no direct messages"))
        await here.world.say("Hi", direct=True)
        await answered(here, TurnState.FAILED, "no direct messages")


async def moved(here: Place) -> Message:
    """A question that an earlier process began to answer to the person directly."""
    async with here.running(), here.world.holding(Operation.POST):
        question = await here.world.say("Count", mention=True)
        here.world.shut(question.thread, Forbidden("not here"))
        await eventually(lambda: here.service.sessions)
    async with here.running():
        await here.answered(direct(here.world), notices.ELSEWHERE, "one")
    return question


async def test_what_went_to_a_person_who_cannot_be_written_to_any_more_comes_to_the_thread(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here:
        question = await moved(here)
        here.world.turnstile.relent()
        here.world.shut(direct(here.world), Forbidden("no direct messages any more"))
        async with here.running():
            slow.go_on.set()
            await here.answered(question.thread, "one two")
            await answered(here, TurnState.ANSWERED)


async def test_what_went_to_the_person_is_finished_there_after_a_restart(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here:
        await moved(here)
        async with here.running():
            slow.go_on.set()
            await here.answered(direct(here.world), notices.ELSEWHERE, "one two")
            await answered(here, TurnState.ANSWERED)
        assert here.service.asked(here.session()) == ["Count"]


async def test_why_nothing_was_asked_is_told_directly_too(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        here.service.down = True
        async with here.world.holding(Operation.OPEN_THREAD):
            question = await here.world.say("Hi", mention=True)
            await eventually(lambda: here.count("SELECT count(*) FROM messages"))
        here.world.shut(question.thread, Gone("no thread"))
        await here.answered(direct(here.world), notices.UNAVAILABLE)


async def test_a_database_that_is_busy_does_not_stop_the_chatbot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    refused = asyncio.Event()
    async with place(tmp_path, scripted(slow)) as here, here.running():
        posted = Parts.posted

        async def busy(journal: Parts, turn: int, number: int, message: object) -> None:
            if refused.is_set():
                return await posted(journal, turn, number, message)  # type: ignore[arg-type]
            refused.set()
            raise StoreBusy("locked")

        monkeypatch.setattr(Parts, "posted", busy)
        question = await here.world.say("Count", mention=True)
        await refused.wait()
        slow.go_on.set()
        await here.answered(question.thread, "one two")
        assert here.service.asked(here.session()) == ["Count"]
        await answered(here, TurnState.ANSWERED)


async def test_an_instance_that_is_given_up_does_not_stop_the_chatbot(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here:
        async with here.running():
            question = await here.world.say("Count", mention=True)
            await here.answered(question.thread, "one")
            here.world.fail(Operation.EDIT, InstanceFailed("the token was revoked"))
            slow.go_on.set()
            await eventually(lambda: not here.service.sessions[here.session()].running)
        assert await states(here) == [(TurnState.REPLYING, "")]
        async with here.running():
            await here.answered(question.thread, "one two")
            await answered(here, TurnState.ANSWERED)


async def test_a_message_that_was_being_replaced_is_said_once(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, scripted(slow)) as here:
        async with here.running():
            question = await here.world.say("Count", mention=True)
            await here.answered(question.thread, "one")
            (old,) = here.world.messages(question.thread)
            here.world.fail(Operation.EDIT, NotEditable("too old"), times=9)
            async with here.world.holding(Operation.DELETE):
                slow.go_on.set()
                await here.world.until(lambda: len(here.world.messages(question.thread)) == 2)
                before: MessageRef = old.ref
                async with database(here) as store:
                    (turn,) = await store.overview.turns(1)
                assert [(part.state, part.message) for part in turn.parts] == [("posting", before.id)]
        here.world.turnstile.relent()
        async with here.running():
            await answered(here, TurnState.ANSWERED)
        assert here.world.shown(question.thread) == ("one two",)


async def test_what_nobody_can_tell_any_more_is_said_once_and_not_guessed(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        here.world.fail(Operation.POST, OutcomeUnknown("cut"), done=True)
        here.world.fail(Operation.HISTORY, Unprovable("too long ago"))
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "1: Hi", notices.UNCERTAIN)
        await answered(here, TurnState.FAILED, "Unprovable: too long ago")


async def test_the_same_after_a_restart(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.world.holding(Operation.POST), here.running():
            question = await here.world.say("Hi", mention=True)
            await eventually(lambda: here.count("SELECT count(*) FROM parts"))
        here.world.fail(Operation.HISTORY, Unprovable("too long ago"))
        async with here.running(CONFIG.replace("[bridge]\n", '[bridge]\nbackfill = "0s"\n')):
            await answered(here, TurnState.FAILED, "Unprovable: too long ago")
            assert here.world.shown(question.thread) == (notices.UNCERTAIN,)
