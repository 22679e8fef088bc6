"""The program is stopped while it answers, and the words that are not for the chatbot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bridge import notices
from tests.integration.program.stage import stage
from tests.integration.program.test_conversations import PLATFORMS, person, said


async def test_what_is_being_written_is_finished_before_the_program_ends(tmp_path: Path) -> None:
    question = "one two three four five"
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.1
        await here.start()
        people = (here.slack, here.discord)
        threads = await asyncio.gather(*(ada.ask("general", question) for ada in people))
        shown = [ada.people.shown(thread)[-1] for ada, thread in zip(people, threads, strict=True)]
        assert all(message.text != said(question, 1) for message in shown), "it is not over yet"
        await here.stop()
        for ada, thread, before in zip(people, threads, shown, strict=True):
            after = ada.people.shown(thread)[-1]
            assert (after.id, after.text) == (before.id, said(question, 1))
        (stopped,) = here.logged("app.stopped")
        assert stopped["parked"] == 0


async def test_a_parked_answer_goes_on_in_its_message_while_the_chatbot_still_writes(tmp_path: Path) -> None:
    question = " ".join(f"word{number}" for number in range(30))
    async with stage(tmp_path, lambda config: config.replace("[bridge]\n", '[bridge]\ngrace = "0s"\n')) as here:
        here.sandbox.vectorshift.word_seconds = 0.1
        await here.start()
        people = (here.slack, here.discord)
        threads = await asyncio.gather(*(ada.ask("general", question) for ada in people))
        before = [ada.people.shown(thread)[-1].id for ada, thread in zip(people, threads, strict=True)]
        await here.stop()
        (stopped,) = here.logged("app.stopped")
        assert stopped["parked"] == 2
        await here.start()
        for ada, thread, message in zip(people, threads, before, strict=True):
            await ada.sees(thread, said(question, 1))
            assert ada.people.shown(thread)[-1].id == message
            await ada.write(thread, "and then?")
            await ada.sees(thread, said(question, 1), said("and then?", 2))
        assert here.asked() == [[question, "and then?"]] * 2


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_help_is_answered_here_and_not_asked_there(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        ada = person(here, platform)
        await ada.write(ada.direct, "help")
        await ada.until(lambda: bool(ada.answers(ada.direct)))
        assert ada.answers(ada.direct) == [notices.HELP]
        assert here.asked() == []


async def test_a_sudden_end_in_a_later_turn_neither_loses_nor_repeats_the_answer(tmp_path: Path) -> None:
    question = " ".join(f"word{number}" for number in range(20))
    async with stage(tmp_path) as here:
        await here.start()
        people = (here.slack, here.discord)
        threads = await asyncio.gather(*(ada.ask("general", "before") for ada in people))
        for ada, thread in zip(people, threads, strict=True):
            await ada.sees(thread, said("before", 1))
        here.sandbox.vectorshift.word_seconds = 0.05
        for ada, thread in zip(people, threads, strict=True):
            await ada.write(thread, question)
        await here.slack.until(lambda: len(here.slack.answers(threads[0])) == 2)
        await here.program.kill()
        await here.start()
        for ada, thread in zip(people, threads, strict=True):
            await ada.sees(thread, said("before", 1), said(question, 2))
        assert here.asked() == [["before", question]] * 2
