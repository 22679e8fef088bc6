from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.budget.bucket import Bucket
from bridge.budget.scheduler import Priority, Scheduler, Share
from bridge.platform import Budget, BudgetKey
from bridge.reply.growth import FIRST_COUNTS, delay
from bridge.reply.pacing import Length, Pace, lag
from bridge.testing import VirtualClock


def share(
    live: int = 1,
    rate: float = 1.0,
    tokens: float = 0.0,
    *,
    remaining: float = 10.0,
    full_in: float = 100.0,
    until: float | None = None,
) -> Share:
    return Share(live, remaining, rate, tokens, full_in, until)


def due(*shares: Share, least_gap: float = 0.25, now: float = 0.0, deltas: int = 0) -> float:
    """When newer text of a reply is due that was shown at 0."""
    pace = Pace(least_gap, lambda now: shares)
    pace.shown(0.0)
    return pace.next_at(now, deltas)


def test_the_first_is_due_at_once() -> None:
    assert Pace(1.0, lambda now: [share()]).next_at(7.0) == 7.0


def test_without_a_budget_the_least_gap_holds() -> None:
    assert due(least_gap=0.3) == 0.3
    assert due(share(tokens=1000), least_gap=0.3) == 0.3


def test_replies_share_what_flows_in_and_what_is_there() -> None:
    assert due(share(live=1)) == 1.0
    assert due(share(live=50)) == 50.0
    assert due(share(tokens=10, remaining=10)) == 0.5
    assert due(share(live=2, tokens=10, remaining=5)) == pytest.approx(2 / 3)


def test_a_bucket_is_looked_at_again_when_it_would_be_full_and_then_spent_at_once() -> None:
    assert due(share(live=50, full_in=3.0), now=1.0) == 4.0
    assert due(share(live=50, full_in=0.0), now=4.0) == 4.0


def test_the_scarcest_bucket_decides() -> None:
    assert due(share(rate=40), share(rate=0.5)) == 2.0


@pytest.mark.parametrize(
    ("tokens", "now", "until", "at"), [(4, 0.0, 5.0, 1.0), (3, 1.1, 3.9, 1.25), (0, 2.0, 3.0, 5.0)]
)
def test_what_a_window_has_left_is_spread_over_the_rest_of_it(
    tokens: float, now: float, until: float, at: float
) -> None:
    """The next call after those that are left comes with the next window."""
    assert due(share(tokens=tokens, until=until), now=now) == pytest.approx(at)


def test_replies_in_one_window_share_it_and_wait_no_longer_than_for_the_next() -> None:
    assert due(share(live=2, tokens=4, until=5.0)) == 2.0
    assert due(share(live=50, tokens=4, until=5.0)) == 5.0


def test_text_that_is_due_goes_with_the_next_delta() -> None:
    pace = Pace(0.1, lambda now: [share()])
    pace.shown(0.0)
    assert pace.linger(1.0, 20) == pytest.approx(0.05), "deltas come every 50 ms"
    assert pace.next_at(1.0, 20) == pytest.approx(1.0 - 0.025), "on average it is shown when it is due"
    assert pace.linger(1.0, 1) == 0.1, "nobody knows when the next one comes"
    assert pace.linger(1.0, 0) == 0.0


def test_length_is_learned() -> None:
    length = Length(10.0)
    length.learn(20.0)
    assert length.usual == 12.0
    for _ in range(50):
        length.learn(40.0)
    assert length.usual == pytest.approx(40.0, rel=0.01)


def test_what_one_reply_more_would_lag() -> None:
    assert lag([share(live=3)], 20.0) == 2.0
    assert lag([share(live=3)], 20.0, others=2) == 3.0
    assert lag([share(live=500)], 20.0) == 10.0, "it is shown at its end at the latest"


async def test_a_way_that_is_free_is_taken_and_else_the_one_that_shows_text_sooner() -> None:
    scheduler = Scheduler(VirtualClock(), {"start": Budget(1, 0.1), "append": Budget(5, 2), "edit": Budget(5, 0.5)})
    start, append, edit = ([BudgetKey(name)] for name in ("start", "append", "edit"))
    assert delay(scheduler, start, append, 20.0, now=0.0) == 0.0
    await scheduler.run(Priority.FIRST, start, nothing)
    waits_and_lags = FIRST_COUNTS * 10.0 + 1 / (2 + 5 / 20) / 2
    assert delay(scheduler, start, append, 20.0, now=0.0) == pytest.approx(waits_and_lags, rel=0.2)
    assert delay(scheduler, edit, edit, 20.0, now=0.0) == 0.0


async def nothing() -> None:
    """A call that is over at once."""


@given(st.floats(5, 60), st.sampled_from([1.0, 10.0, 50.0]), st.integers(1, 50))
def test_replies_that_are_paced_never_ask_for_a_token_in_vain(seconds: float, burst: float, live: int) -> None:
    """Each of `live` replies edits whenever it is due; the bucket gives each a token within about one gap."""
    bucket = Bucket(Budget(burst, rate=1.0), now=0.0)
    end = seconds

    def look(now: float) -> Sequence[Share]:
        remaining = max(end - now, seconds / 4)
        return [Share(live, remaining, bucket.rate, bucket.tokens(now), bucket.full_in(now))]

    paces = [Pace(0.1, look) for _ in range(live)]
    for pace in paces:
        pace.shown(0.0)
    now, late, spent = 0.0, 0.0, 0
    while now < seconds:
        at, pace = min(((pace.next_at(now), pace) for pace in paces), key=lambda found: found[0])
        now = max(now, at)
        if pace.next_at(now) > now:
            continue
        wait = bucket.wait(now)
        late = max(late, wait)
        now += wait
        bucket.take(now)
        bucket.sent(now)
        spent += 1
        pace.shown(now)
    assert late <= 1.0 / bucket.rate + 1e-6
    if live >= burst:
        assert spent >= 0.8 * (burst + seconds) - live, "nothing is left lying either"
