"""Each call and each commit that goes wrong once: nothing is lost, and nothing happens twice."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bridge import (
    ChatbotBusy,
    ChatbotUnavailable,
    Forbidden,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    StoreBusy,
    notices,
)
from bridge.testing import ScriptedService
from bridge.testing.crash import COUNTED, Fuse
from bridge.testing.messages import with_bot
from tests.recovery.asking import PLATFORMS, QUESTIONS, SCRIPTS, answer, ask, violations, world_of
from tests.recovery.stopped import Stage, template

CHATBOT = {"create_session", "send", "Delta", "Complete", "TurnEnded"}


def down(name: str) -> Exception | None:
    """Everything may be down; what was done already is not known to be."""
    when, what = name.split(maxsplit=1)
    if what in COUNTED:
        return PlatformUnavailable() if when == "before" else OutcomeUnknown()
    return ChatbotUnavailable() if what in CHATBOT else StoreBusy()


def limited(name: str) -> Exception | None:
    """Everything may be asked for too often."""
    when, what = name.split(maxsplit=1)
    if when == "before" and what in COUNTED:
        return RateLimited(retry_after=0.5)
    return ChatbotBusy(retry_after=0.5) if name in {"before create_session", "before send"} else None


def lost(name: str) -> Exception | None:
    """A call to the platform is lost on its way, and nobody knows."""
    when, what = name.split(maxsplit=1)
    return OutcomeUnknown() if when == "before" and what in COUNTED else None


FAILURES: Mapping[str, Callable[[str], Exception | None]] = {"down": down, "limited": limited, "lost": lost}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("length", SCRIPTS)
async def test_anything_fails_once(tmp_path: Path, platform: str, failure: str, length: str) -> None:
    model = await template(tmp_path / "empty")
    wrong = []
    for at in itertools.count(1):
        async with ScriptedService({"echo": SCRIPTS[length]}) as service:
            stage = Stage(tmp_path / f"{at}", model, world_of(platform), service)
            await ask(stage, *QUESTIONS[length])
            fuse = Fuse(at, FAILURES[failure])
            await stage.run(fuse)
            wrong += [f"{at}, {fuse.names[at - 1 :][:1]}: {what}" for what in violations(stage, length)]
        if len(fuse.names) < at:
            break
    assert not wrong, "\n".join(wrong)
    assert at > 20


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_call_that_is_refused_for_good_does_not_cost_the_answer(tmp_path: Path, platform: str) -> None:
    model = await template(tmp_path / "empty")
    whole, wrong = answer("long", "One").split(), []
    for at in itertools.count(1):
        async with ScriptedService({"echo": SCRIPTS["long"]}) as service:
            stage = Stage(tmp_path / f"{at}", model, world_of(platform), service)
            await ask(stage, "One")
            fuse = Fuse(at, lambda name: Forbidden("not here") if name.removeprefix("before ") in COUNTED else None)
            await stage.run(fuse)
            here = " ".join(stage.shown).split()
            first, *rest = stage.world.shown(with_bot(stage.world.instance, "Ada")) or ("",)
            directly = " ".join(rest).split() if first == notices.ELSEWHERE else []
            if whole not in (here, directly):
                wrong.append(f"{at}, {fuse.names[at - 1 :][:1]}: here {here}, directly {directly}")
        if len(fuse.names) < at:
            break
    assert not wrong, "\n".join(wrong)
