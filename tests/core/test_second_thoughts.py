"""Changes that come at an awkward moment, or twice, or take the question itself away."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bridge import Complete, TurnFailed, notices
from bridge.store import TurnState
from bridge.testing import Ask, eventually
from bridge.testing.script import Step
from tests.core.running import place
from tests.core.test_amendments import Slowly, scripted, why
from tests.core.test_turns import states


class Silent:
    """An answer that says nothing before it may."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    def __call__(self, ask: Ask) -> list[Step]:
        return [self.go_on, Complete(f"{ask.turn}", f"{ask.turn}: {ask.text}")]


async def test_a_change_and_its_reversal_before_the_first_word_are_both_asked(tmp_path: Path) -> None:
    silent = Silent()
    async with place(tmp_path, scripted(silent)) as here, here.running():
        question = await here.world.say("One", mention=True)
        await eventually(lambda: here.service.sessions and here.service.asked(here.session()) == ["One"])
        await here.world.change(question, "Two")
        await eventually(lambda: here.service.asked(here.session()) == ["One", "Two"])
        await here.world.change(question, "One")
        await eventually(lambda: here.service.asked(here.session()) == ["One", "Two", "One"])
        silent.go_on.set()
        await here.answered(question.thread, "3: One")


async def test_what_was_said_of_a_failure_goes_when_the_changed_question_is_answered(tmp_path: Path) -> None:
    def script(ask: Ask) -> str:
        if ask.turn == 1:
            raise TurnFailed("the chatbot gave up")
        return f"{ask.turn}: {ask.text}"

    async with place(tmp_path, scripted(script)) as here, here.running():
        question = await here.world.say("Hou?", mention=True)
        await here.ended(1)
        await here.answered(question.thread, notices.FAILED)
        await here.world.change(question, "How?")
        await here.answered(question.thread, "2: How?")


async def test_a_question_that_fails_again_when_it_is_changed_says_so_again(tmp_path: Path) -> None:
    def script(ask: Ask) -> str:
        raise TurnFailed("the chatbot gave up")

    async with place(tmp_path, scripted(script)) as here, here.running():
        question = await here.world.say("Hou?", mention=True)
        await here.ended(1)
        (before,) = here.world.messages(question.thread)
        await here.world.change(question, "How?")
        await here.world.until(lambda: [m.ref for m in here.world.messages(question.thread)] not in ([before.ref], []))
        await here.answered(question.thread, notices.FAILED)


async def test_what_is_no_question_any_more_leaves_the_answer_as_it_is(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "1: One")
        await here.ended(1)
        for text in ("", "stop"):
            await here.world.change(question, text)
        await eventually(lambda: here.count("SELECT count(*) FROM decisions WHERE kind = 'edited'") == 2)
        assert here.service.asked(here.session()) == ["One"]
        assert (await why(here, question.id)).count("what it says now is no question") == 2


async def test_a_question_that_is_deleted_while_its_change_is_being_prepared(tmp_path: Path) -> None:
    slowly = Slowly()
    async with place(tmp_path, scripted(slowly)) as here, here.running():
        question = await here.world.say("Hou?", mention=True)
        await here.answered(question.thread, "Hou?: one")
        here.service.down = True
        await here.world.change(question, "How?")
        await eventually(lambda: here.count("SELECT count(*) FROM turns WHERE wish = 'redo'"))
        await here.world.delete(question)
        await eventually(lambda: here.count("SELECT count(*) FROM turns WHERE wish = 'retract'"))
        here.service.down = False
        await here.answered(question.thread)
        await here.ended(1)
        assert here.service.asked(here.session()) == ["Hou?"]


async def test_that_the_answer_was_deleted_is_not_forgotten_by_a_restart(tmp_path: Path) -> None:
    slowly = Slowly()
    async with place(tmp_path, scripted(slowly)) as here:
        async with here.running():
            question = await here.world.say("One", mention=True)
            await here.answered(question.thread, "One: one")
            (message,) = here.world.messages(question.thread)
            await eventually(lambda: here.count("SELECT count(*) FROM parts WHERE message IS NOT NULL"))
            here.service.down = True
            await here.world.remove(message.ref)
            await eventually(lambda: here.count("SELECT count(*) FROM turns WHERE wish = 'drop'"))
        here.service.down = False
        async with here.running():
            await here.ended(1)
            assert here.world.shown(question.thread) == ()
        assert await states(here) == [(TurnState.CANCELLED, "somebody deleted its answer")]
        assert "its answer is not wanted any more" in await why(here, message.ref.id)


async def test_an_answer_that_is_deleted_when_it_is_over_is_nobodys_business(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "1: One")
        await here.ended(1)
        (message,) = here.world.messages(question.thread)
        await here.world.remove(message.ref)
        await eventually(lambda: here.count("SELECT count(*) FROM decisions WHERE kind = 'deleted'"))
        assert "the answer was over" in await why(here, message.ref.id)
        assert await states(here) == [(TurnState.ANSWERED, "")]


async def test_an_answer_that_became_short_may_become_long_again(tmp_path: Path) -> None:
    long = "word " * 900

    def script(ask: Ask) -> list[Step]:
        return [Complete(f"{ask.turn}", "short" if ask.turn == 2 else f"{ask.turn} {long}")]

    async with place(tmp_path, scripted(script)) as here, here.running():
        question = await here.world.say("Long", mention=True)
        await here.ended(1)
        assert len(here.world.shown(question.thread)) == 3
        await here.world.change(question, "Short")
        await here.answered(question.thread, "short")
        await here.ended(1)
        await here.world.change(question, "Long again")
        await here.world.until(lambda: " ".join(here.world.shown(question.thread)).split() == f"3 {long}".split())
