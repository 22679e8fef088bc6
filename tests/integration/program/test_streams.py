"""Answers that grow by Slack's own streaming, through the whole program."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bridge.testing import eventually
from bridge_sandbox.faults import Fault
from tests.integration.program.stage import Stage, stage
from tests.integration.program.test_conversations import said

QUESTION = " ".join(f"word{number}" for number in range(30))


def native(config: str) -> str:
    """As it is by default."""
    return config


def young_streams(config: str) -> str:
    return config.replace("[platforms.slack]\n", '[platforms.slack]\nnative_stream_age = "4s"\n')


def parking(config: str) -> str:
    return native(config).replace("[bridge]\n", '[bridge]\ngrace = "0s"\n')


def called(here: Stage) -> list[str]:
    return [name for name, _ in here.sandbox.slack.calls if name.startswith("chat.")]


async def test_an_answer_grows_in_a_slack_thread_without_an_edit(tmp_path: Path) -> None:
    async with stage(tmp_path, native) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        thread = await here.slack.ask("general", QUESTION)
        await here.slack.sees(thread, said(QUESTION, 1))
        await here.stop()
        calls = called(here)
        assert (calls[0], calls[-1]) == ("chat.startStream", "chat.stopStream")
        assert set(calls[1:-1]) == {"chat.appendStream"}
        assert here.sandbox.slack.pinged == []
        assert [line["by"] for line in here.logged("reply.grows")] == ["native"]


async def test_a_stream_that_slack_breaks_is_finished_by_an_edit_of_the_same_message(tmp_path: Path) -> None:
    async with stage(tmp_path, native) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        here.sandbox.slack.faults.add(Fault("chat.appendStream", code="message_not_in_streaming_state"))
        thread = await here.slack.ask("general", QUESTION)
        await here.slack.sees(thread, said(QUESTION, 1))
        await here.stop()
        assert called(here).count("chat.startStream") == 1
        assert "chat.postMessage" not in called(here)
        assert [line["by"] for line in here.logged("reply.grows")] == ["native", "edits"]


async def test_a_parked_stream_is_finished_in_its_message_by_the_next_process(tmp_path: Path) -> None:
    async with stage(tmp_path, parking) as here:
        here.sandbox.vectorshift.word_seconds = 0.1
        await here.start()
        thread = await here.slack.ask("general", QUESTION)
        before = here.slack.people.shown(thread)[-1]
        await here.stop()
        await here.start()
        await here.slack.sees(thread, said(QUESTION, 1))
        assert here.slack.people.shown(thread)[-1].id == before.id


async def test_ten_answers_at_once_are_all_exact_under_the_limits_of_slack(tmp_path: Path) -> None:
    async with stage(tmp_path, native) as here:
        here.sandbox.vectorshift.word_seconds = 0.02
        await here.start()
        threads = await asyncio.gather(*(here.slack.ask("general", f"{QUESTION} {number}") for number in range(10)))
        for number, thread in enumerate(threads):
            await here.slack.sees(thread, said(f"{QUESTION} {number}", 1))
        await here.stop()
        assert {line["by"] for line in here.logged("reply.grows")} == {"native", "edits"}


async def test_a_person_who_presses_stop_ends_the_turn(tmp_path: Path) -> None:
    async with stage(tmp_path, native) as here:
        here.sandbox.vectorshift.word_seconds = 0.2
        await here.start()
        thread = await here.slack.ask("general", QUESTION)
        answer = here.slack.people.shown(thread)[-1]
        here.sandbox.slack.press_stop(thread, answer.id)
        await eventually(lambda: len(here.logged("turn.finished")) == 1)
        assert here.logged("turn.finished")[0]["state"] == "cancelled"
        (text,) = here.slack.answers(thread)
        assert said(QUESTION, 1).startswith(text.rstrip())
        assert text != said(QUESTION, 1)
        await here.slack.write(thread, "and now?")
        await here.slack.sees(thread, text, said("and now?", 2))
        await here.stop()


async def test_the_tools_of_an_agent_are_steps_of_its_answer(tmp_path: Path) -> None:
    async with stage(tmp_path, lambda text: native(text).replace('chatbot  = "slow"', 'chatbot  = "helper"')) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        thread = await here.slack.ask("slow", "is it so?")
        await here.slack.until(lambda: "has a good answer" in here.slack.answers(thread)[-1])
        await here.stop()
        channel, _, root = thread.partition(":")
        (answer,) = (m for m in here.sandbox.slack.workspace.conversations[channel].thread(root) if m.ts != root)
        assert list(answer.tasks.values()) == [("search_documents", "complete"), ("summarize", "complete")]
        assert "Using" not in here.slack.answers(thread)[-1]


@pytest.mark.timeout(120)
async def test_an_answer_that_takes_a_quarter_of_an_hour_loses_nothing(tmp_path: Path) -> None:
    """Slack's five minutes, our four and the chatbot's pauses are all a sixtieth as long."""
    text = " ".join(f"word{number}" for number in range(60))
    async with stage(tmp_path, young_streams) as here:
        here.sandbox.slack.streams.seconds = 5.0
        here.sandbox.vectorshift.word_seconds = 0.25
        here.slack.patience = 60
        await here.start()
        thread = await here.slack.ask("general", text)
        await here.slack.until(
            lambda: " ".join(here.slack.answers(thread)).split() == said(text, 1).split(),
            lambda: here.slack.answers(thread),
        )
        await here.stop()
        assert len(here.slack.answers(thread)) >= 3
        assert not [line for line in here.logged("reply.grows") if line["by"] == "edits"]
