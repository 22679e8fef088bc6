"""Many replies at once, and connections that break while answers are written."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bridge_sandbox.faults import Action, Fault, Faults
from tests.integration.program.stage import Person, Stage, by_edits, stage
from tests.integration.program.test_conversations import PLATFORMS, person, said
from tests.integration.program.test_limits import EDIT

QUESTION = " ".join(f"word{number}" for number in range(25))


async def converse(ada: Person, question: str) -> None:
    thread = await ada.ask("general", question)
    await ada.sees(thread, said(question, 1))


def faults(here: Stage, platform: str) -> Faults:
    return here.sandbox.slack.faults if platform == "slack" else here.sandbox.discord.faults


@pytest.mark.timeout(150)
async def test_fifty_replies_at_once_are_all_exact(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.02
        for ada in (here.slack, here.discord):
            ada.patience = 120  # both platforms allow about one new message per second and channel
        await here.start()
        await asyncio.gather(
            *(
                converse(ada, f"thread {number} asks whether it is alone")
                for ada in (here.slack, here.discord)
                for number in range(25)
            )
        )
        assert sorted(here.asked()) == sorted([[f"thread {n} asks whether it is alone"] for n in range(25)] * 2)
        await here.stop()
        assert [line["state"] for line in here.logged("turn.finished")] == ["answered"] * 50


async def test_connections_that_are_lost_in_the_middle_lose_no_word(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        sandbox = here.sandbox
        sandbox.vectorshift.word_seconds = 0.1
        await here.start()
        people = (here.slack, here.discord)
        threads = await asyncio.gather(*(ada.ask("general", QUESTION) for ada in people))
        await sandbox.vectorshift.drop_connections()
        sandbox.slack.drop_sockets()
        sandbox.discord.drop_gateway(resumable=True)
        for ada, thread in zip(people, threads, strict=True):
            await ada.sees(thread, said(QUESTION, 1))
            await ada.write(thread, "still there?")
            await ada.sees(thread, said(QUESTION, 1), said("still there?", 2))
        assert here.asked() == [[QUESTION, "still there?"]] * 2


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_slow_responses_show_the_newest_text_at_the_end(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path, by_edits) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        faults(here, platform).add(Fault(EDIT[platform], Action.DELAY, delay=0.7, times=50))
        await here.start()
        await converse(person(here, platform), QUESTION)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_an_outage_of_the_platform_ends_in_the_whole_answer(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path, by_edits) as here:
        here.sandbox.vectorshift.word_seconds = 0.1
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", QUESTION)
        faults(here, platform).add(Fault(EDIT[platform], status=503, times=5))
        await ada.sees(thread, said(QUESTION, 1))
        assert faults(here, platform).pending == []


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_storm_of_limits_ends_in_the_whole_answer(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path, by_edits) as here:
        here.sandbox.vectorshift.word_seconds = 0.1
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", QUESTION)
        faults(here, platform).add(Fault(EDIT[platform], status=429, retry_after=0.3, times=5))
        await ada.sees(thread, said(QUESTION, 1))
        assert faults(here, platform).pending == []
