"""Answers that grow by Slack's own streaming, through the whole program."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bridge_sandbox.faults import Fault
from tests.integration.program.stage import Stage, stage
from tests.integration.program.test_conversations import said

QUESTION = " ".join(f"word{number}" for number in range(30))


def native(config: str) -> str:
    return config.replace("[platforms.slack]\n", "[platforms.slack]\nnative_streams = true\n")


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
