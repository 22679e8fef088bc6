"""How often the disk is waited for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.testing import ScriptedService
from bridge.testing.crash import Fuse
from tests.recovery.asking import QUESTIONS, SCRIPTS, ask, violations, world_of
from tests.recovery.stopped import Stage, template

FETCHING = 1
"""The note, after a start, of how far everything is stored."""
SESSION = 1
"""One for the binding of a thread."""
TURN, PART = 3, 2
"""Accepted, asked, answered; about to be posted, posted."""


@pytest.mark.parametrize("platform", ["markers", "growing"])
@pytest.mark.parametrize("length", SCRIPTS)
async def test_none_is_made_for_a_delta(tmp_path: Path, platform: str, length: str) -> None:
    async with ScriptedService({"echo": SCRIPTS[length]}) as service:
        stage = Stage(tmp_path / "stage", await template(tmp_path / "empty"), world_of(platform), service)
        await ask(stage, *QUESTIONS[length])
        fuse = Fuse()
        await stage.run(fuse)
        assert list(violations(stage, length)) == []
        commits = fuse.names.count("after a commit")
        assert commits <= FETCHING + SESSION + TURN * len(QUESTIONS[length]) + PART * len(stage.shown)
