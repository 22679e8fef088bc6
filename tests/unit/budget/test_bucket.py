from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.budget.bucket import Bucket
from bridge.platform import Budget


def bucket(burst: float = 5, rate: float = 1) -> Bucket:
    return Bucket(Budget(burst, rate), now=0.0)


def spend(made: Bucket, now: float) -> None:
    made.take(now)
    made.sent(now)


def emptied(burst: float = 5, rate: float = 1) -> Bucket:
    made = bucket(burst, rate)
    while made.has(1, 0.0):
        spend(made, 0.0)
    return made


def test_it_begins_full_and_refills_up_to_its_burst() -> None:
    full = bucket()
    assert (full.tokens(0), full.full(0), full.wait(0)) == (5, True, 0)
    spend(full, 0)
    assert (full.tokens(0.5), full.full(0.5)) == (4.5, False)
    assert full.tokens(100) == 5


def test_it_tells_how_long_to_wait() -> None:
    empty = emptied(rate=0.5)
    assert empty.wait(0) == 2
    assert empty.wait(0, reserve=1) == 4
    assert empty.wait(0, reserve=99) == 10, "never more than there can be"
    assert empty.wait(1) == 1


def test_an_empty_one_gives_nothing() -> None:
    with pytest.raises(ValueError, match="empty"):
        emptied().take(0)


def test_what_is_set_aside_is_not_given_away_again_until_it_is_put_back() -> None:
    part = bucket()
    part.take(0)
    assert (part.tokens(0), part.full(0)) == (4, False)
    part.refund()
    assert (part.tokens(0), part.full(0)) == (5, True)


def test_a_platform_gains_nothing_while_calls_are_held_up_that_were_admitted_already() -> None:
    """A process that has much to do makes all of them later: the platform's bucket is full until then."""
    budget = Budget(burst=20, rate=100)
    ours = Bucket(budget, 0.0, overtaking=0.25)
    aside = 0
    for now in (0.0, 0.2, 0.4):
        while ours.has(1, now):
            ours.take(now)
            aside += 1
    for _ in range(aside):
        ours.sent(0.4)
    assert (aside, ours.tokens(0.4)) == (15, 0)
    assert ours.tokens(0.5) == pytest.approx(10)


def test_the_platforms_own_count_wins_until_its_window_ends() -> None:
    window = bucket(burst=5, rate=1)
    window.observe(limit=5, remaining=2, reset_after=3, now=0)
    assert window.tokens(2.9) == 2
    assert window.tokens(3) == 5
    window.observe(limit=5, remaining=0, reset_after=4, now=3)
    assert window.wait(3) == 4


def test_the_reserve_of_a_window_is_given_out_shortly_before_its_end() -> None:
    window = bucket(burst=5, rate=1)
    window.observe(limit=5, remaining=1, reset_after=4, now=0)
    assert window.wait(0) == 0
    assert window.wait(0, reserve=1) == 3
    assert window.wait(3, reserve=1) == 0
    spend(window, 3)
    assert window.wait(3, reserve=1) == window.wait(3) == 1


def test_calls_under_way_are_not_given_away_again() -> None:
    window = bucket()
    window.observe(limit=5, remaining=3, reset_after=5, now=0, flying=2)
    assert window.tokens(0) == 1


def test_the_first_call_of_a_window_teaches_its_length() -> None:
    window = bucket(burst=5, rate=1)
    window.observe(limit=10, remaining=9, reset_after=4, now=0)
    assert (window.burst, window.rate) == (10, 2.5)
    window.observe(limit=10, remaining=8, reset_after=3, now=1)
    assert window.rate == 2.5, "a later one does not"


def test_an_answer_that_was_overtaken_is_ignored() -> None:
    window = bucket()
    window.observe(limit=5, remaining=1, reset_after=4, now=1)
    window.observe(limit=5, remaining=2, reset_after=5, now=0.9)
    assert window.tokens(1) == 1


def test_a_refusal_empties_it_for_as_long_as_asked_and_slows_it_down() -> None:
    limited = bucket(rate=1)
    limited.limited(30, now=0)
    assert limited.tokens(29.9) == 0
    assert limited.wait(0) == 30
    assert limited.tokens(30) == 1
    assert limited.rate == pytest.approx(0.8)


def test_refusals_of_calls_made_together_slow_it_down_once() -> None:
    limited = bucket(rate=1)
    limited.limited(30, now=0)
    limited.limited(29, now=1)
    limited.limited(5, now=2)
    assert limited.rate == pytest.approx(0.8)
    assert limited.wait(2) == 28


def test_what_was_answered_before_a_refusal_does_not_lift_it() -> None:
    limited = bucket()
    limited.limited(10, now=1)
    limited.observe(limit=5, remaining=4, reset_after=5, now=1)
    assert limited.tokens(1) == 0


def test_success_brings_the_rate_back_one_percent_a_minute() -> None:
    limited = bucket(rate=1)
    limited.limited(1, now=0)
    limited.succeeded(now=30)
    assert limited.rate == pytest.approx(0.805)
    limited.succeeded(now=7200)
    assert limited.rate == pytest.approx(0.815), "a night without calls proves nothing"
    for minute in range(200):
        limited.succeeded(now=7200 + 60 * minute)
    assert limited.rate == 1


def test_it_never_slows_down_to_nothing() -> None:
    limited = bucket(rate=1)
    for hour in range(100):
        limited.limited(1, now=3600.0 * hour)
    assert limited.rate == pytest.approx(0.05)


@given(st.floats(1, 10), st.floats(0.1, 4), st.lists(st.tuples(st.floats(0, 5), st.floats(0, 0.25)), max_size=40))
def test_calls_that_overtake_each_other_are_still_within_the_limit(
    burst: float, rate: float, calls: list[tuple[float, float]]
) -> None:
    """Each call is made after a gap, or as soon as it may be, and arrives after a delay of its own."""
    made = Bucket(Budget(burst, rate), now=0.0, overtaking=0.25)
    now = 0.0
    arrivals = []
    for gap, delay in calls:
        now += gap if gap > 1 else made.wait(now)
        if made.has(1, now):
            spend(made, now)
            arrivals.append(now + delay)
    level, at = burst, 0.0
    for arrival in sorted(arrivals):
        level = min(burst, level + (arrival - at) * rate) - 1
        at = arrival
        assert level >= -1e-3


@given(
    burst=st.floats(1, 60),
    rate=st.floats(0.01, 50),
    gaps=st.lists(st.floats(0, 20), min_size=1, max_size=60),
)
def test_no_span_holds_more_calls_than_burst_and_rate_allow(burst: float, rate: float, gaps: list[float]) -> None:
    made = bucket(burst, rate)
    now = 0.0
    taken: list[float] = []
    for gap in gaps:
        now += gap
        if made.has(1, now):
            spend(made, now)
            taken.append(now)
        else:
            now += made.wait(now)
            assert made.has(1, now), "who waits as long as told gets one"
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + rate * (taken[last] - taken[first]) + 1e-3


@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=60), st.integers(1, 10), st.floats(0.5, 10))
@example(
    calls=[(0, False)] * 3 + [(1.721397220930919, False), (0.1146527293191957, False), (0, True)],
    limit=5,
    window=6.344007498639827,
)
def test_a_platform_that_counts_in_windows_is_never_asked_too_often(
    calls: list[tuple[float, bool]], limit: int, window: float
) -> None:
    """The platform allows `limit` calls per window and says so; the bucket begins with far too much."""
    made = bucket(burst=limit, rate=100)
    now, used, resets_at = 0.0, 0, 0.0
    for gap, patient in calls:
        now += made.wait(now) if patient else gap
        if not made.has(1, now):
            continue
        spend(made, now)
        if now >= resets_at - 1e-9:  # sums of times round
            used, resets_at = 0, now + window
        used += 1
        assert used <= limit
        made.observe(limit=limit, remaining=limit - used, reset_after=resets_at - now, now=now)


def test_the_reserve_is_given_out_at_the_very_moment_that_was_told() -> None:
    """Whatever rounding takes away: else whoever waits is told to wait for nothing, again and again."""
    for reset_after in (5.0, 4.987, 3.3333333, 1.1):
        window = bucket(burst=5, rate=1)
        window.observe(limit=5, remaining=1, reset_after=reset_after, now=0.1)
        at = 0.1 + window.wait(0.1, reserve=1)
        assert window.wait(at, reserve=1) == 0


def test_it_is_never_kept_so_full_for_ends_that_it_loses_what_flows_in() -> None:
    slow = Bucket(Budget(10, 0.8), now=0.0, overtaking=0.25)
    assert (slow.reserve(0), slow.reserve(3), slow.reserve(50)) == (0, 3, 8.8)
    assert bucket(burst=1).reserve(9) == 0.5


def test_it_tells_when_it_is_full_and_when_so_many_have_been_there() -> None:
    part = bucket(burst=5, rate=0.5)
    spend(part, 0)
    assert (part.full_in(0), part.flow(4, 0), part.flow(6, 0), part.full_in(2)) == (2, 0, 4, 0)
    part.observe(limit=5, remaining=1, reset_after=3, now=2)
    assert (part.full_in(2), part.held_for(2), part.flow(2, 2)) == (3, 3, 3)


def test_fast_calls_that_are_held_up_together_leave_room_for_the_next() -> None:
    """The platform's bucket stays full until they arrive, and loses what flows in."""
    budget, arrival = Budget(burst=20, rate=100), 0.04
    ours, sent = Bucket(budget, 0.0, overtaking=0.25), 0.0
    left, counted_at = budget.burst, arrival
    for _ in range(200):
        sent += ours.wait(sent)
        spend(ours, sent)
        now = max(sent, arrival)
        left = min(budget.burst, left + (now - counted_at) * budget.rate) - 1
        counted_at = now
        assert left >= -1e-6
