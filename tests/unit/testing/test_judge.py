"""What the judge of a chaos run sees."""

from __future__ import annotations

import pytest

from bridge.testing.judge import Judgement, Talk, judge

EXPECTED = [("q1 a", "You said q1 a b"), ("q2 c", "You said q2 c d")]
ASKED = ["q1 a", "q2 c"]
CLEAN = dict.fromkeys(Judgement().counts(), 0)
SORRY = "Please ask again."


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
    assert verdict.counts() == {**CLEAN, "questions": 2, **wrong}
    assert verdict.clean == (not wrong)


@pytest.mark.parametrize(
    ("shown", "wrong"),
    [
        (["You said q1 a b", SORRY], {"notices": 1}),
        ([SORRY, SORRY], {"notices": 2}),
        (["You said q1 a b"], {"unanswered": 1}),
        (["You said q1 a b", "You said q2 c d", SORRY], {"notices": 1}),
        (["You said q1 a b", "You said q2", SORRY], {"notices": 1, "inexact": 1}),
    ],
)
def test_a_question_that_ends_in_a_notice_is_told_from_an_unanswered_one(
    shown: list[str], wrong: dict[str, int]
) -> None:
    verdict = judge([Talk("one", EXPECTED, shown)], ASKED, lead=3, notices=["Nothing here.", SORRY])
    assert verdict.counts() == {**CLEAN, "questions": 2, **wrong}
    assert not verdict.clean


def test_what_stands_where_nobody_asked_is_counted() -> None:
    answers = [answer for _, answer in EXPECTED]
    verdict = judge([Talk("one", EXPECTED, answers)], ASKED, lead=3, elsewhere=["You said q1 a b"])
    assert verdict.counts() == {**CLEAN, "questions": 2, "strays": 1}
    assert not verdict.clean
