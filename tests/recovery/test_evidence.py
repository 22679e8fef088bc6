"""What a bridge that was restarted goes by: a platform that can be asked, and a session that tells what arrived."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge import ChatbotUnavailable, Operation, PlatformError, PlatformUnavailable, RateLimited, StoreBusy, notices
from bridge.testing import ScriptedService, echo
from bridge.testing.crash import Fuse
from tests.recovery.asking import SCRIPTS, ask, violations, world_of
from tests.recovery.stopped import Stage, template


@pytest.mark.parametrize("error", [PlatformUnavailable(), RateLimited(retry_after=0.5)])
async def test_a_platform_that_cannot_be_asked_yet_is_waited_for(tmp_path: Path, error: PlatformError) -> None:
    model = await template(tmp_path / "empty")
    async with ScriptedService({"echo": SCRIPTS["short"]}) as service:
        stage = Stage(tmp_path / "stage", model, world_of("markers"), service)
        await ask(stage, "One")
        await stage.run(Fuse("after post"))
        assert stage.unanswered == 1
        stage.world.fail(Operation.HISTORY, error, times=4)
        await stage.run(Fuse())
        assert list(violations(stage, "short", ["One"])) == []


async def test_a_question_that_never_arrived_does_not_hide_one_that_did(tmp_path: Path) -> None:
    model = await template(tmp_path / "empty")
    async with ScriptedService({"echo": echo}) as service:
        stage = Stage(tmp_path / "stage", model, world_of("markers"), service)
        await ask(stage, "One")
        service.fail("send", ChatbotUnavailable(), times=100)
        await stage.run(Fuse())
        assert list(stage.shown) == [notices.UNAVAILABLE]
        service.relent()
        stage.said.append(await stage.world.say("Two", thread=stage.said[0].thread))
        await stage.run(Fuse("after send"))
        assert stage.unanswered == 1
        await stage.run(Fuse())
        assert list(stage.asked) == [("Two",)]
        assert stage.shown[-1] == "1: Two"


@pytest.mark.parametrize("word", ["new", "stop"])
async def test_a_word_to_the_bot_is_answered_once(tmp_path: Path, word: str) -> None:
    model = await template(tmp_path / "empty")
    async with ScriptedService({"echo": echo}) as service:
        stage = Stage(tmp_path / "stage", model, world_of("markers"), service)
        await ask(stage, word)
        await stage.run(Fuse("after post"))
        assert stage.unanswered == 1
        await stage.run(Fuse())
        assert (stage.unanswered, len(stage.shown)) == (0, 1)


async def test_a_word_to_the_bot_is_answered_once_when_the_database_is_busy(tmp_path: Path) -> None:
    model = await template(tmp_path / "empty")
    async with ScriptedService({"echo": echo}) as service:
        stage = Stage(tmp_path / "stage", model, world_of("markers"), service)
        await ask(stage, "stop")
        counted = Fuse()
        await stage.run(counted)
        last = len(counted.names) - counted.names[::-1].index("before a commit")
        other = Stage(tmp_path / "other", model, world_of("markers"), service)
        await ask(other, "stop")
        await other.run(Fuse(last, lambda name: StoreBusy()))
        assert (other.unanswered, len(other.shown)) == (0, 1)
