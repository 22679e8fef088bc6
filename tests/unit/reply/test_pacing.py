from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.budget.bucket import Bucket
from bridge.budget.scheduler import Share
from bridge.platform import Budget
from bridge.reply.pacing import Length, Pace


def share(live: int = 1, rate: float = 1.0, spare: float = 0.0, *, full: bool = False) -> Share:
    return Share(live, rate, spare, full)


def gap(*shares: Share, edit_gap: float = 0.5, usual: float = 10.0) -> float:
    pace = Pace(edit_gap, lambda now: shares, Length(usual))
    pace.shown(0.0)
    return pace.next_at(0.0)


def test_the_first_is_due_at_once() -> None:
    assert Pace(1.0).next_at(7.0) == 7.0


def test_without_a_budget_the_platforms_gap_holds() -> None:
    pace = Pace(1.05)
    pace.shown(7.0)
    assert pace.next_at(7.0) == 8.05
    pace.shown(9.0)
    assert pace.next_at(30.0) == 10.05


def test_replies_share_what_flows_in() -> None:
    assert gap(share(live=1)) == 1.0
    assert gap(share(live=50)) == 50.0


def test_what_is_spare_is_spread_over_the_rest_of_the_reply() -> None:
    assert gap(share(spare=10.0)) == 0.5
    assert gap(share(spare=10.0), usual=5.0, edit_gap=0.1) == pytest.approx(1 / 3)


def test_a_full_bucket_is_spent_at_once() -> None:
    assert gap(share(live=50, spare=4, full=True), edit_gap=0.2) == 0.2


def test_the_scarcest_bucket_decides() -> None:
    assert gap(share(rate=40), share(rate=0.5)) == 2.0


def test_length_is_learned_and_never_used_up() -> None:
    length = Length(10.0)
    assert length.remaining(4.0) == 6.0
    assert length.remaining(60.0) == 2.5
    for _ in range(50):
        length.learn(40.0)
    assert length.usual == pytest.approx(40.0, rel=0.01)


@given(st.floats(5, 60), st.sampled_from([1.0, 10.0, 50.0]), st.integers(1, 50))
def test_replies_that_are_paced_never_ask_for_a_token_in_vain(seconds: float, burst: float, live: int) -> None:
    """Each of `live` replies edits whenever it is due; the bucket gives each a token within about one gap."""
    bucket = Bucket(Budget(burst, rate=1.0), now=0.0)
    shares = [Share(live, 1.0, 0.0, full=False)]

    def look(now: float) -> list[Share]:
        shares[0] = Share(live, bucket.rate, max(0.0, bucket.tokens(now) - 1), bucket.full(now))
        return shares

    paces = [Pace(0.1, look, Length(seconds)) for _ in range(live)]
    for pace in paces:
        pace.shown(0.0)
    now, late = 0.0, 0.0
    while now < seconds:
        due, pace = min(((pace.next_at(now), pace) for pace in paces), key=lambda found: found[0])
        now = max(now, due)
        wait = bucket.wait(now)
        late = max(late, wait)
        now += wait
        bucket.take(now)
        pace.shown(now)
    assert late <= 1.0 / bucket.rate + 1e-6
