"""How often a turn is written down: as often as its promises need, and never for a word of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge import Complete, Delta
from bridge.testing import Ask, ScriptedService
from bridge.testing.crash import Fuse
from bridge.testing.script import Step
from tests.recovery.asking import PLATFORMS, ask, world_of
from tests.recovery.stopped import Stage, template

BOUND_ASKED_ANSWERED = 3
FOR_A_PART = 2
ACCEPTED = 1
START = 4
"""Of a start: how far platforms are read, before and after; what of the file is applied, and who may be told again."""


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("words", [1, 10, 50])
async def test_commits_of_a_turn(tmp_path: Path, platform: str, words: int) -> None:
    answer = "".join(f"word{number} " for number in range(words)).strip()

    async def say(ask: Ask) -> AsyncIterator[Step]:
        for number in range(words):
            yield Delta("A", f"word{number} ")
            await asyncio.sleep(0)
        yield Complete("A", answer)

    async with ScriptedService({"echo": say}) as service:
        stage = Stage(tmp_path / "stage", await template(tmp_path / "empty"), world_of(platform), service)
        await ask(stage, "One")
        fuse = Fuse()
        await stage.run(fuse)
        assert " ".join(stage.shown).split() == answer.split()
    assert fuse.names.count("before Delta") == words
    turn = fuse.names[fuse.names.index("after create_session") :]
    assert turn.count("before a commit") <= BOUND_ASKED_ANSWERED + FOR_A_PART * len(stage.shown)
    assert fuse.names[: -len(turn)].count("before a commit") <= START + ACCEPTED
