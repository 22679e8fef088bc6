from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.budget.window import Window
from bridge.platform import Budget


def window(burst: float = 3, seconds: float = 1.0) -> Window:
    return Window(Budget(burst, burst / seconds, seconds), now=0.0)


def spend(made: Window, now: float) -> None:
    made.take(now)
    made.sent(now)


def test_all_may_go_at_once_and_come_back_as_they_went() -> None:
    three = window()
    spend(three, 0.0)
    spend(three, 0.5)
    spend(three, 0.5)
    assert three.tokens(0.6) == 0
    assert three.wait(0.6) == pytest.approx(0.45)
    assert three.tokens(1.05) == 1
    assert (three.tokens(1.55), three.full(1.55)) == (3, True)


def test_an_empty_one_gives_nothing() -> None:
    one = window(burst=1)
    spend(one, 0.0)
    with pytest.raises(ValueError, match="full"):
        spend(one, 0.5)


def test_a_refund_is_there_at_once() -> None:
    one = window(burst=1)
    one.take(0.0)
    assert one.tokens(0.0) == 0
    assert one.wait(0.0) == pytest.approx(1.05)
    one.refund()
    assert one.tokens(0.0) == 1


def test_a_call_that_is_held_up_comes_back_as_long_after_it_went() -> None:
    one = window(burst=1)
    one.take(0.0)
    one.sent(0.4)
    assert one.wait(1.0) == pytest.approx(0.45)


def test_it_tells_when_as_many_as_one_likes_have_been_there() -> None:
    three = window()
    assert three.flow(3, 0.0) == 0.0
    assert three.flow(4, 0.0) == pytest.approx(1.05)
    spend(three, 0.0)
    assert three.flow(3, 0.0) == pytest.approx(1.05)


def test_one_token_is_kept_for_ends() -> None:
    three = window()
    assert (three.reserve(0), three.reserve(1), three.reserve(50)) == (0, 1, 1)
    spend(three, 0.0)
    spend(three, 0.2)
    assert three.wait(0.2) == 0
    assert three.wait(0.2, reserve=1) == pytest.approx(0.85)
    assert three.full_in(0.2) == pytest.approx(1.05)


def test_the_platforms_word_holds_it_and_a_refusal_lowers_what_it_allows_until_successes_raise_it() -> None:
    ten = window(burst=10)
    ten.observe(limit=None, remaining=0, reset_after=2.0, now=0.0)
    assert ten.held_empty(0.0)
    assert (ten.tokens(1.9), ten.wait(0.0), ten.held_for(0.5)) == (0, 2.0, 1.5)
    ten.limited(2.0, now=0.0)
    ten.limited(3.0, now=0.1)
    assert ten.burst == 8
    assert ten.wait(0.1) == pytest.approx(3.0)
    assert not ten.pristine(100.0)
    for minute in range(1, 30):
        ten.succeeded(60.0 * minute)
    assert (ten.burst, ten.pristine(2000.0)) == (10, True)


def test_a_response_about_another_bucket_changes_nothing() -> None:
    three = window()
    three.observe(limit=5, remaining=1, reset_after=5.0, now=0.0)
    assert (three.tokens(0.0), three.held_for(0.0)) == (3, None)


@given(st.lists(st.floats(0, 0.5), max_size=60), st.integers(1, 10), st.lists(st.floats(0, 0.04), min_size=60))
def test_no_window_of_the_platform_ever_holds_more(pauses: list[float], burst: int, delays: list[float]) -> None:
    """Wherever it begins, and though calls are up to 40 ms on their way."""
    mine, now, arrived = window(burst), 0.0, []
    for pause, delay in zip(pauses, delays, strict=False):
        now += pause
        now += mine.wait(now)
        spend(mine, now)
        arrived.append(now + delay)
    arrived.sort()
    for begin in arrived:
        assert sum(begin <= at < begin + 1.0 for at in arrived) <= burst
