"""The references of the streaming benchmark are right, and the pacing meets its targets where that is quick to tell."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.bound import Way, shared
from benchmarks.solver import Earliest, alone, flowing, windows
from benchmarks.streaming import BRIDGE, LENGTHS, TIMERS, TRANSIT, arrivals, crowd, measure, missed
from benchmarks.surfaces import STANDS
from bridge.platform import Budget


def by_hand(deltas: Sequence[float], earliest: Earliest) -> float:
    """The least mean staleness, by trying every choice of deltas to edit at."""
    best, last = float("inf"), len(deltas) - 1
    for count in range(1, last + 1):
        for edits in itertools.combinations(range(1, last + 1), count):
            possible = all(deltas[edit] >= earliest(number) - 1e-9 for number, edit in enumerate(edits, 1))
            if edits[-1] == last and possible:
                before = [0, *edits]
                waits = [
                    sum(deltas[edit] - deltas[delta] for delta in range(earlier + 1, edit + 1))
                    for earlier, edit in itertools.pairwise(before)
                ]
                best = min(best, sum(waits) / len(deltas))
    return best


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.floats(0.01, 1.0), min_size=1, max_size=9),
    st.sampled_from([flowing(Budget(1, 1)), flowing(Budget(2, 0.5)), windows(2, 1.5)]),
)
def test_one_reply_is_solved_exactly(gaps: list[float], earliest: Earliest) -> None:
    deltas = list(itertools.accumulate([0.0, *gaps]))
    assert alone(deltas, earliest) == pytest.approx(by_hand(deltas, earliest))


def test_an_end_with_a_budget_of_its_own_leaves_one_edit_more() -> None:
    deltas = arrivals(5, 0.0)
    budget = flowing(Budget(3, 0.001))
    assert alone(deltas, budget, free_end=True) == pytest.approx(alone(deltas, flowing(Budget(4, 0.001))))
    assert alone(deltas, budget, most=2.5) == pytest.approx(
        (alone(deltas, budget, most=2) + alone(deltas, budget, most=3)) / 2
    )


@pytest.mark.parametrize("seconds", [5, 20])
def test_the_bound_is_below_the_exact_optimum_and_near_it(seconds: int) -> None:
    budgets = {"post": Budget(1, 0.001), "edit": Budget(10, 50 / 60)}
    deltas = arrivals(seconds, 0.0)
    bound = shared([deltas], [Way("post", "edit", ("edit",))], budgets)
    exact = alone(deltas, flowing(budgets["edit"]))
    assert 0.5 * exact <= bound <= exact


def test_what_replies_that_share_nothing_but_posts_can_reach_is_what_simple_reckoning_says() -> None:
    """Five replies are complete after a second; one post a second: the last is shown four seconds later."""
    replies = [arrivals(1, 0.0)] * 5
    bound = shared(replies, [Way("post")], {"post": Budget(1, 1)})
    reckoned = 0.5 + (0 + 1 + 2 + 3 + 4) / 5
    assert 0.8 * reckoned <= bound <= reckoned


@pytest.mark.parametrize("seconds", LENGTHS)
@pytest.mark.parametrize("surface", STANDS)
def test_one_reply_meets_its_targets(surface: str, seconds: int) -> None:
    optimum = STANDS[surface].optimum(crowd("1", seconds)) + TRANSIT
    assert not list(missed([measure(surface, "1", seconds, policy, optimum) for policy in TIMERS]))


@pytest.mark.parametrize("replies", ["10", "50", "10, 0.73 s apart"])
@pytest.mark.parametrize("surface", STANDS)
def test_nothing_is_refused_and_ends_come_in_time(surface: str, replies: str) -> None:
    """However many replies there are. The optimum is left out, which takes its time."""
    assert not list(missed([measure(surface, replies, 20, BRIDGE, optimum=float("inf"))]))
