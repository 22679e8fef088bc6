"""A bridge that is stopped dead at any moment: the next one brings everything to its end, once."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from bridge.testing import ScriptedService
from bridge.testing.crash import Fuse
from tests.recovery.asking import PLATFORMS, QUESTIONS, SCRIPTS, ask, violations, world_of
from tests.recovery.stopped import Stage, template


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("length", SCRIPTS)
async def test_stopped_at_any_effect(tmp_path: Path, platform: str, length: str) -> None:
    model = await template(tmp_path / "empty")
    wrong = []
    for at in itertools.count(1):
        async with ScriptedService({"echo": SCRIPTS[length]}) as service:
            stage = Stage(tmp_path / f"{at}", model, world_of(platform), service)
            await ask(stage, *QUESTIONS[length])
            fuse = Fuse(at)
            await stage.run(fuse)
            stopped = len(fuse.names) >= at
            if stopped:
                await stage.run(Fuse())
            wrong += [f"{at}, {fuse.names[-1]}: {what}" for what in violations(stage, length)]
        if not stopped:
            break
    assert not wrong, "\n".join(wrong)
    assert at > 20
