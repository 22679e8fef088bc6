"""What the platforms refuse, lose or slow down never shows in what people read at the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bridge_sandbox.faults import Action, Fault, Faults
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.slack.limits import REALISTIC
from bridge_sandbox.wire import Direction
from tests.integration.program.stage import Person, Stage, by_edits, stage
from tests.integration.program.test_conversations import said

START, APPEND, STOP = ({"slack": f"chat.{name}Stream"} for name in ("start", "append", "stop"))
POST = {"slack": "chat.postMessage", "discord": "POST /channels/*/messages"}
WRITES = {
    "assistant.threads.setStatus",
    *(f"chat.{name}" for name in ("postMessage", "update", "startStream", "appendStream", "stopStream")),
}
LATE = 1
"""Calls of each method that a busy machine may deliver later than the quarter of a second that budgets allow for."""
EDIT = {"slack": "chat.update", "discord": "PATCH /channels/*/messages/*"}


@asynccontextmanager
async def limited_stage(directory: Path, change: Callable[[str], str]) -> AsyncIterator[Stage]:
    """A stage on which both platforms count calls as the real ones do, at the speed of this machine."""
    sandbox = Sandbox(word_seconds=0.05)
    limits = {method: replace(limit, burst=limit.burst + LATE) for method, limit in REALISTIC.items()}
    sandbox.slack = FakeSlack(sandbox.wire, limits=limits)
    sandbox.discord.limits.enabled = True
    async with sandbox:
        config = sandbox.write_config(directory)
        config.write_text(change(config.read_text()))
        here = Stage(sandbox, config)
        try:
            yield here
        finally:
            await here.program.stop()


def refused(sandbox: Sandbox) -> Counter[str]:
    """How often the platforms told which calls to wait."""
    asked = [item.kind for item in sandbox.wire.recent if item.direction is Direction.FROM_BRIDGE]
    slack = Counter(kind for kind in asked if kind in WRITES) - Counter(name for name, _ in sandbox.slack.calls)
    return slack + Counter(discord=sandbox.discord.limits.refused)


@pytest.mark.parametrize("change", [by_edits, str], ids=["edits", "native"])
async def test_replies_that_are_written_at_once_are_never_told_to_wait(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    questions = [f"thread {number} " + "and so on " * 20 + "to the end" for number in range(5)]

    async def converse(ada: Person, question: str) -> int:
        thread = await ada.ask("general", question)
        await ada.sees(thread, said(question, 1))
        return sum(message.edits for message in ada.people.shown(thread) if message.bot)

    async with limited_stage(tmp_path, change) as here:
        await here.start()
        edits = await asyncio.gather(
            *(converse(ada, question) for ada in (here.slack, here.discord) for question in questions)
        )
        grown = sum(name == "chat.appendStream" for name, _ in here.sandbox.slack.calls)
        assert all(edits) if change is by_edits else grown >= len(questions), "they were shown while they were written"
        assert refused(here.sandbox) == Counter()


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (POST, Fault("", status=429, retry_after=1, times=2)),
        (POST, Fault("", status=503, times=2)),
        (POST, Fault("", Action.DROP_AFTER)),
        (EDIT, Fault("", status=429, retry_after=1, times=2)),
        (EDIT, Fault("", status=503, times=2)),
        (EDIT, Fault("", Action.DROP_AFTER, times=2)),
        *(
            (call, fault)
            for call in (START, APPEND, STOP)
            for fault in (
                Fault("", status=429, retry_after=1),
                Fault("", status=503),
                Fault("", Action.DROP_AFTER),
                Fault("", code="an_error_of_tomorrow"),
            )
        ),
    ],
    ids=[
        *("post-429", "post-503", "post-unknown", "edit-429", "edit-503", "edit-unknown"),
        *(f"{call}-{what}" for call in ("start", "append", "stop") for what in ("429", "503", "unknown", "refused")),
    ],
)
async def test_an_answer_is_complete_and_shown_once(tmp_path: Path, call: dict[str, str], fault: Fault) -> None:
    question = "one two three four five six seven eight nine ten"

    async def converse(ada: Person, faults: Faults) -> None:
        if (on := call.get(ada.people.service)) is not None:
            faults.add(replace(fault, on=on))
        thread = await ada.ask("general", question)
        await ada.sees(thread, said(question, 1))
        assert faults.pending == []

    async with stage(tmp_path, by_edits if "discord" in call else str) as here:
        here.sandbox.vectorshift.word_seconds = 0.1
        await here.start()
        await asyncio.gather(
            converse(here.slack, here.sandbox.slack.faults), converse(here.discord, here.sandbox.discord.faults)
        )
        await here.stop()
        for ada in (here.slack, here.discord):
            shown = [
                message.text for room in ada.people.rooms() for message in ada.people.shown(room.id) if message.bot
            ]
            assert shown.count(said(question, 1)) == len(shown) >= 1
        assert [line["state"] for line in here.logged("turn.finished")] == ["answered"] * 2
