"""Real processes, real client libraries, and everything that can go wrong. `make soak` does it for longer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.chaos.plan import Trouble, plan
from tests.chaos.play import LAST, play

SEED = int(os.environ.get("CHAOS_SEED", "20261126"))
"""The same for everybody, so that a change is to blame for what fails; `make soak` takes another each time."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("half", [0, 1])
async def test_nothing_is_lost_and_nothing_is_said_twice(tmp_path: Path, half: int) -> None:
    troubles = [trouble for number, trouble in enumerate(Trouble) if number % 2 == half or trouble is Trouble.KILL]
    made = plan(SEED + half, 45.0, per_second=1.0, troubles=troubles, every=3.0)
    outcome = await play(made, tmp_path)
    assert outcome.judgement.clean, (f"CHAOS_SEED={SEED}", outcome.judgement.counts(), *outcome.judgement.details)
    assert outcome.judgement.questions - len(LAST) == len(made.questions) > 20
    assert len(made.blows) >= outcome.blows.total() > 8, outcome.blows


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("safeguard", "trouble", "violations"),
    [
        ("journal", Trouble.KILL, {"duplicates", "inexact"}),
        ("dedupe", Trouble.SLACK_REDELIVERY, {"asked twice"}),
        ("reconcile", Trouble.KILL, {"asked twice"}),
    ],
)
async def test_without_a_safeguard_the_judge_sees_it(
    tmp_path: Path, safeguard: str, trouble: Trouble, violations: set[str]
) -> None:
    made = plan(SEED, 15.0, per_second=2.0, troubles=[trouble], every=2.5)
    outcome = await play(made, tmp_path, program=("-m", "tests.chaos.broken", safeguard), quiet=8.0)
    found = {what for what, number in outcome.judgement.counts().items() if number} - {"questions"}
    assert found & violations, (f"CHAOS_SEED={SEED}", outcome.judgement.counts())


def test_a_plan_follows_from_its_seed() -> None:
    first, again, other = (plan(seed, 60.0, per_second=2.0, troubles=list(Trouble), every=1.0) for seed in (1, 1, 2))
    assert first == again != other
    assert {question.platform for question in first.questions} == {"slack", "discord"}
    assert set(Trouble) == {blow.trouble for blow in first.blows}
    assert len({question.text for question in first.questions}) == len(first.questions)
