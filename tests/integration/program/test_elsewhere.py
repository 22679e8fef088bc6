"""Answers that cannot stand where they were asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge import notices
from bridge.testing import eventually
from bridge_sandbox.faults import Action, Fault
from tests.integration.program.stage import Stage, stage
from tests.integration.program.test_conversations import PLATFORMS, person, said

QUESTION = " ".join(f"word{number}" for number in range(30))


def take_away(here: Stage, platform: str, thread: str) -> None:
    """Let the place of a conversation be gone: the channel on Slack, the thread on Discord."""
    if platform == "slack":
        del here.sandbox.slack.workspace.conversations[thread.partition(":")[0]]
    else:
        del here.sandbox.discord.world.channels[thread]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_an_answer_whose_place_is_gone_comes_directly(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", QUESTION)
        take_away(here, platform, thread)
        await ada.sees(ada.direct, notices.ELSEWHERE, said(QUESTION, 1))
        (finished,) = await eventually(lambda: here.logged("turn.finished"))
        assert finished["state"] == "answered"
        assert here.asked() == [[QUESTION]]
        await here.stop()


async def test_a_slack_channel_that_the_bot_was_taken_out_of(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        workspace, ada = here.sandbox.slack.workspace, here.slack
        here.sandbox.slack.faults.add(Fault("chat.startStream", Action.DELAY, delay=0.5))
        room = ada.room("general")
        await ada.people.say(room, f"{ada.people.bot_mention} {QUESTION}")
        await eventually(here.asked)
        workspace.conversations[room].members.discard(workspace.bot.id)
        await ada.sees(ada.direct, notices.ELSEWHERE, said(QUESTION, 1))
        await here.stop()


async def test_a_discord_thread_that_is_archived_is_written_to_its_end(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        thread = await here.discord.ask("general", QUESTION)
        here.sandbox.discord.world.channels[thread].archived = True
        await here.discord.sees(thread, said(QUESTION, 1))
        await here.stop()


async def test_a_discord_message_that_takes_no_more_edits_is_written_anew(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        thread = await here.discord.ask("general", QUESTION)
        first = here.sandbox.discord.shown(thread)[-1].id
        here.sandbox.discord.faults.add(Fault(f"PATCH /channels/*/messages/{first}", code=30046, times=99))
        await here.discord.sees(thread, said(QUESTION, 1))
        await here.stop()


async def test_an_answer_that_discords_rules_block_comes_directly(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        thread = await here.discord.ask("general", QUESTION)
        for call in ("PATCH /channels/*/messages/*", f"POST /channels/{thread}/messages"):
            here.sandbox.discord.faults.add(Fault(call, status=400, code=200000, times=1))
        await here.discord.sees(here.discord.direct, notices.ELSEWHERE, said(QUESTION, 1))
        await here.stop()
