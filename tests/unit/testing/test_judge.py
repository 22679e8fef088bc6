"""What the judge of a chaos run sees."""

from __future__ import annotations

import pytest

from bridge.testing.judge import Talk, judge

EXPECTED = [("q1 a", "You said q1 a b"), ("q2 c", "You said q2 c d")]
ASKED = ["q1 a", "q2 c"]
CLEAN = {"unanswered": 0, "duplicates": 0, "order violations": 0, "inexact": 0, "asked twice": 0, "never asked": 0}


@pytest.mark.parametrize(
    ("shown", "asked", "wrong"),
    [
        (["You said q1 a b", "You said q2", "c d"], ASKED, {}),
        (["You said q1 a b"], ["q1 a"], {"unanswered": 1, "never asked": 1}),
        (["You said q1 a b", "You said q1 a b", "You said q2 c d"], ASKED, {"duplicates": 1}),
        (["You said q1 a", "You said q1 a b", "You said q2 c d"], ASKED, {"duplicates": 1}),
        (["You said q2 c d", "You said q1 a b"], ASKED, {"order violations": 1}),
        (["You said q1 a", "You said q2 c d"], ASKED, {"inexact": 1}),
        (["You said q1 a b b", "You said q2 c d"], ASKED, {"inexact": 1}),
        (["You said q1 a b", "You said q2 c d", "Something went wrong."], ASKED, {"inexact": 1}),
        (["You said q1 a b", "You said q2 c d"], [*ASKED, "q2 c"], {"asked twice": 1}),
    ],
)
def test_each_violation_is_counted(shown: list[str], asked: list[str], wrong: dict[str, int]) -> None:
    verdict = judge([Talk("one", EXPECTED, shown)], asked, lead=3)
    assert verdict.counts() == {"questions": 2, **CLEAN, **wrong}
    assert verdict.clean == (not wrong)
