"""One bad thing stays one bad thing, and nothing is silent."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bridge import notices
from bridge.testing import eventually
from tests.integration.program.stage import stage
from tests.integration.program.test_conversations import PLATFORMS, person, said


def impatient(config: str) -> str:
    return config.replace("[bridge]\n", '[bridge]\npatience = "1s"\n')


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_chatbot_that_is_down_is_said_to_be_and_works_once_it_is_back(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path, impatient) as here:
        await here.start()
        ada = person(here, platform)
        await here.sandbox.vectorshift.stop()
        thread = await ada.ask("general", "hello?")
        (notice,) = ada.answers(thread)
        assert "again" in notice
        await here.sandbox.vectorshift.start()
        await ada.write(thread, "hello!")
        await ada.sees(thread, notice, said("hello!", 1))


async def test_a_bad_slack_token_leaves_discord_working(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.config.with_name("bridge.slack-bot-token").write_text("xoxb-1-wrong")
        await here.program.start()
        (failed,) = await eventually(lambda: here.logged("platform.failed"))
        assert failed["platform"] == "slack"
        await eventually(lambda: here.logged("app.ready"))
        thread = await here.discord.ask("general", "still there?")
        await here.discord.sees(thread, said("still there?", 1))
        await here.stop()
        assert "xoxb-1-wrong" not in here.log.read_text()


async def test_when_no_platform_works_the_program_says_so_and_ends(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        for name in ("slack-bot", "discord"):
            here.config.with_name(f"bridge.{name}-token").write_text("MTIz.wrong.token")
        await here.program.start()
        assert await here.program.ended() == 1
        assert {line["platform"] for line in here.logged("platform.failed")} == {"slack", "discord"}


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_reply_that_was_parked_is_finished_in_the_same_message(tmp_path: Path, platform: str) -> None:
    def hurried(config: str) -> str:
        return config.replace("[bridge]\n", '[bridge]\ngrace = "0s"\n')

    async with stage(tmp_path, hurried) as here:
        here.sandbox.vectorshift.word_seconds = 0.1
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", "one two three four five six seven eight nine ten")
        assert ada.answers(thread) != [said("one two three four five six seven eight nine ten", 1)]
        await here.stop()
        await here.start()
        await ada.sees(thread, said("one two three four five six seven eight nine ten", 1))
        assert here.asked() == [["one two three four five six seven eight nine ten"]]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_stop_ends_the_answer(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.2
        await here.start()
        ada = person(here, platform)
        question = " ".join(str(number) for number in range(200))
        thread = await ada.ask("general", question)
        await ada.write(thread, "stop")
        await ada.until(lambda: ada.answers(thread)[-1] == notices.STOPPED, lambda: ada.answers(thread))
        assert "199" not in ada.answers(thread)[0]
        assert len(ada.answers(thread)) == 2


async def test_a_second_program_on_the_same_database_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        command = [sys.executable, "-m", "bridge", "run", "--config", str(here.config)]
        second = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, said_last = await second.communicate()
        assert second.returncode == 2
        assert "bridge.db" in said_last.decode()
