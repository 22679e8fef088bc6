"""Questions and answers that people change or delete."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge import Complete, Operation
from bridge.store import TurnState
from bridge.testing import Ask, Script, eventually
from tests.core.running import CONFIG, Place, place
from tests.core.test_turns import Slow, database, states

KEEP = CONFIG + 'on_edit = "ignore"\non_delete = "keep"\n'


class Slowly:
    """Every answer is slow; `answers` are those that were begun, by the question."""

    def __init__(self) -> None:
        self.answers: dict[str, Slow] = {}

    def __call__(self, ask: Ask) -> object:
        slow = self.answers[ask.text] = Slow(f"{ask.text}: one")
        return slow(ask)


def scripted(script: object) -> dict[str, Script]:
    return {"echo": script}  # type: ignore[dict-item]


async def why(here: Place, message: str) -> list[str]:
    """What `bridge explain` has to say of the events about a message."""
    async with database(here) as store:
        return [receipt.why for trail in await store.trails.of_message(message) for receipt in trail.receipts]


async def test_a_question_that_is_changed_is_answered_anew_in_the_same_message(tmp_path: Path) -> None:
    slowly = Slowly()
    async with place(tmp_path, scripted(slowly)) as here, here.running():
        question = await here.world.say("Hou?", mention=True)
        await here.answered(question.thread, "Hou?: one")
        (before,) = here.world.messages(question.thread)
        await here.world.change(question, "How?")
        await here.answered(question.thread, "How?: one")
        slowly.answers["How?"].go_on.set()
        await here.answered(question.thread, "How?: one two")
        (after,) = here.world.messages(question.thread)
        assert after.ref == before.ref
        assert here.service.sessions[here.session()].asked == [("Hou?",), ("How?",)]
        await here.ended(1)


async def test_a_change_is_not_forgotten_by_a_restart(tmp_path: Path) -> None:
    slowly = Slowly()
    async with place(tmp_path, scripted(slowly)) as here:
        async with here.running():
            question = await here.world.say("Hou?", mention=True)
            await here.answered(question.thread, "Hou?: one")
            here.service.down = True
            await here.world.change(question, "How?")
            await eventually(lambda: here.count("SELECT count(*) FROM turns WHERE wish = 'redo'"))
        here.service.down = False
        async with here.running():
            await here.answered(question.thread, "How?: one")
            slowly.answers["How?"].go_on.set()
            await here.answered(question.thread, "How?: one two")
        assert here.service.sessions[here.session()].asked == [("Hou?",), ("How?",)]


async def test_a_question_that_was_just_answered_is_answered_anew(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("Hou?", mention=True)
        await here.answered(question.thread, "1: Hou?")
        await here.ended(1)
        await here.world.change(question, "How?")
        await here.answered(question.thread, "2: How?")
        await here.ended(1)
        further = await here.world.say("And then?", thread=question.thread)
        await here.answered(further.thread, "2: How?", "3: And then?")


async def test_a_long_answer_is_replaced_by_a_short_one(tmp_path: Path) -> None:
    def script(ask: Ask) -> list[object]:
        return [Complete("a" if ask.turn == 1 else "b", "word " * 900 if ask.turn == 1 else "short")]

    async with place(tmp_path, scripted(script)) as here, here.running():
        question = await here.world.say("Long", mention=True)
        await here.ended(1)
        assert len(here.world.shown(question.thread)) == 3
        await here.world.change(question, "Short")
        await here.answered(question.thread, "short")


async def test_an_earlier_question_is_left_alone(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "1: One")
        await here.world.say("Two", thread=question.thread)
        await here.ended(2)
        await here.world.change(question, "Uno")
        await eventually(lambda: here.count("SELECT count(*) FROM decisions WHERE kind = 'edited'"))
        assert here.world.shown(question.thread) == ("1: One", "2: Two")
        assert "the conversation has gone on since" in await why(here, question.id)


async def test_a_question_that_waits_is_asked_as_it_stands(tmp_path: Path) -> None:
    slowly = Slowly()
    async with place(tmp_path, scripted(slowly)) as here, here.running():
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "One: one")
        waiting = await here.world.say("Tvo", thread=question.thread)
        await here.taken(2)
        await here.world.change(waiting, "Two")
        await eventually(lambda: here.count("SELECT count(*) FROM decisions WHERE kind = 'edited'"))
        slowly.answers["One"].go_on.set()
        await here.answered(question.thread, "One: one two", "Two: one")
        assert here.service.sessions[here.session()].asked == [("One",), ("Two",)]
        slowly.answers["Two"].go_on.set()


async def test_what_a_route_says_about_changes(tmp_path: Path) -> None:
    slowly = Slowly()
    async with place(tmp_path, scripted(slowly)) as here, here.running(KEEP):
        question = await here.world.say("Hou?", mention=True)
        await here.answered(question.thread, "Hou?: one")
        await here.world.change(question, "How?")
        await eventually(lambda: here.count("SELECT count(*) FROM decisions WHERE kind = 'edited'"))
        slowly.answers["Hou?"].go_on.set()
        await here.answered(question.thread, "Hou?: one two")
        assert 'its route has on_edit = "ignore"' in await why(here, question.id)


async def test_an_older_change_and_the_same_text_change_nothing(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("Hou?", mention=True)
        await here.ended(1)
        older = await here.world.change(question, "Hou?")
        newer = await here.world.change(question, "How?")
        await here.answered(question.thread, "2: How?")
        await here.ended(1)
        here.world.send(older)
        here.world.send(newer)
        await here.world.change(question, "How?")
        await eventually(lambda: here.count("SELECT count(*) FROM decisions WHERE kind = 'edited'") == 3)
        assert here.world.shown(question.thread) == ("2: How?",)
        assert here.service.sessions[here.session()].asked == [("Hou?",), ("How?",)]


@pytest.mark.parametrize("config", [CONFIG, KEEP], ids=["retract", "keep"])
async def test_a_question_that_is_deleted_while_it_is_answered(tmp_path: Path, config: str) -> None:
    slowly = Slowly()
    async with place(tmp_path, scripted(slowly)) as here, here.running(config):
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "One: one")
        await here.world.delete(question)
        await here.ended(1)
        await here.answered(question.thread, *(["One: one"] if config == KEEP else []))
        assert not here.service.sessions[here.session()].running
        assert await states(here) == [(TurnState.CANCELLED, "its author deleted it")]
        further = await here.world.say("Two", thread=question.thread)
        await here.world.until(lambda: "Two: one" in here.world.shown(further.thread))


async def test_a_question_that_is_deleted_while_it_waits_is_not_asked(tmp_path: Path) -> None:
    slowly = Slowly()
    async with place(tmp_path, scripted(slowly)) as here, here.running():
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "One: one")
        waiting = await here.world.say("Two", thread=question.thread)
        await here.taken(2)
        await here.world.delete(waiting)
        await eventually(lambda: here.count("SELECT count(*) FROM messages WHERE state = 'cancelled'"))
        slowly.answers["One"].go_on.set()
        await here.answered(question.thread, "One: one two")
        await here.ended(1)
        assert here.service.sessions[here.session()].asked == [("One",)]


async def test_an_answer_is_taken_back_with_its_question_also_after_a_restart(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.running():
            question = await here.world.say("One", mention=True)
            await here.answered(question.thread, "1: One")
            await here.world.say("Two", thread=question.thread)
            await here.ended(2)
            async with here.world.holding(Operation.DELETE):
                await here.world.delete(question)
                await eventually(lambda: here.count("SELECT count(*) FROM turns WHERE wish = 'retract'"))
        async with here.running():
            await here.answered(question.thread, "2: Two")
        assert sorted(state for state, _ in await states(here)) == [TurnState.ANSWERED, TurnState.CANCELLED]


async def test_one_of_two_questions_of_a_turn(tmp_path: Path) -> None:
    slowly = Slowly()
    async with place(tmp_path, scripted(slowly)) as here, here.running():
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "One: one")
        second = await here.world.say("Two", thread=question.thread)
        await here.world.say("Three", thread=question.thread)
        await here.taken(3)
        slowly.answers["One"].go_on.set()
        await here.answered(question.thread, "One: one two", "Two\n\nThree: one")
        await here.world.delete(second)
        await here.answered(question.thread, "One: one two", "Three: one")
        slowly.answers["Three"].go_on.set()
        await here.answered(question.thread, "One: one two", "Three: one two")


async def test_whoever_deletes_the_answer_stops_it(tmp_path: Path) -> None:
    slowly = Slowly()
    async with place(tmp_path, scripted(slowly)) as here, here.running():
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "One: one")
        (message,) = here.world.messages(question.thread)
        await eventually(lambda: here.count("SELECT count(*) FROM parts WHERE message IS NOT NULL"))
        await here.world.remove(message.ref)
        await here.ended(1)
        assert here.world.shown(question.thread) == ()
        assert not here.service.sessions[here.session()].running
        ((state, _),) = await states(here)
        assert state == TurnState.CANCELLED


async def test_a_message_that_nobody_took_in_is_nobodys_business(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        aside = await here.world.say("not for the bot")
        await here.world.change(aside, "neither")
        await here.world.delete(aside)
        await eventually(lambda: here.count("SELECT count(*) FROM decisions") == 3)
        assert "the message was not taken in when it was written" in await why(here, aside.id)
