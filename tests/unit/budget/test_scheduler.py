from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import pytest

from bridge.budget.scheduler import Priority, Scheduler
from bridge.errors import PluginError, RateLimited
from bridge.platform import Budget, BudgetKey
from bridge.testing.clock import VirtualClock

ONE = BudgetKey("slow", "1")
TWO = BudgetKey("slow", "2")
ALL = BudgetKey("all")


async def nothing() -> None:
    """A call that is over at once."""


class CountingClock(VirtualClock):
    """Virtual time that counts how often anybody went to sleep."""

    sleeps = 0

    async def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        await super().sleep(seconds)


@dataclass
class Bench:
    """A scheduler on virtual time, and a log of the calls it lets through."""

    clock: CountingClock = field(default_factory=CountingClock)
    log: list[tuple[float, str]] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        budgets = {"slow": Budget(1, 1), "bursty": Budget(5, 1), "all": Budget(50, 50)}
        self.scheduler = Scheduler(self.clock, budgets, overtaking=0.0)

    async def call(
        self,
        name: str,
        priority: Priority,
        *keys: BudgetKey,
        weight: Callable[[], float] | None = None,
        effect: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        async def act() -> None:
            if effect is not None:
                await effect()

        await self.scheduler.run(
            priority, keys, act, weight, admitted=lambda: self.log.append((self.clock.monotonic(), name))
        )

    def begin(self, name: str, priority: Priority, *keys: BudgetKey, weight: Callable[[], float] | None = None) -> None:
        """Call in a task that the end of the test cancels."""
        self.tasks.append(asyncio.create_task(self.call(name, priority, *keys, weight=weight)))

    def names(self) -> Sequence[str]:
        return [name for _, name in self.log]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    for task in bench.tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await bench.clock.settle()
    assert bench.clock.next_deadline is None, "no timer outlives the calls that it served"


async def test_a_call_with_a_token_goes_at_once(bench: Bench) -> None:
    await bench.call("a", Priority.MIDDLE, ONE, ALL)
    assert bench.log == [(0.0, "a")]
    assert bench.clock.sleeps == 0


async def test_what_the_call_returns_comes_back(bench: Bench) -> None:
    async def answer() -> int:
        return 42

    assert await bench.scheduler.run(Priority.FIRST, [], answer) == 42


async def test_the_most_urgent_goes_first(bench: Bench) -> None:
    await bench.call("spends the token", Priority.FINAL, ONE)
    for priority in reversed(Priority):
        bench.begin(priority.name, priority, ONE)
        await bench.clock.settle()
    await bench.clock.advance(5)
    assert bench.log[1:] == [(n + 1.0, priority.name) for n, priority in enumerate(Priority)]


async def test_middles_go_by_weight_and_the_rest_by_age(bench: Bench) -> None:
    await bench.call("spends the token", Priority.FINAL, ONE)
    weights = {"light": 1.0, "heavy": 3.0, "medium": 2.0}
    for name in ("light", "heavy", "medium"):
        bench.begin(name, Priority.MIDDLE, ONE, weight=partial(weights.__getitem__, name))
    for name in ("older", "newer"):
        bench.begin(name, Priority.FIRST, ONE, weight=lambda: float(len(bench.log)))
    await bench.clock.settle()
    weights["light"] = 2.5
    await bench.clock.advance(5)
    assert bench.names()[1:] == ["older", "newer", "heavy", "light", "medium"]


async def test_other_buckets_are_not_held_up(bench: Bench) -> None:
    await bench.call("spends the token of one", Priority.FINAL, ONE, ALL)
    bench.begin("waits for one", Priority.FINAL, ONE, ALL)
    await bench.clock.settle()
    await bench.call("has two to itself", Priority.ACTIVITY, TWO, ALL)
    assert bench.log[-1] == (0.0, "has two to itself")
    await bench.clock.advance(1)
    assert bench.log[-1] == (1.0, "waits for one")


async def test_a_call_takes_no_token_before_it_has_all(bench: Bench) -> None:
    await bench.call("spends the token of one", Priority.FINAL, ONE)
    bench.begin("wants both", Priority.MIDDLE, ONE, TWO)
    await bench.clock.settle()
    await bench.call("wants two", Priority.MIDDLE, TWO)
    assert bench.log[-1] == (0.0, "wants two")
    await bench.clock.advance(1)
    assert bench.log[-1] == (1.0, "wants both")


async def test_a_token_is_kept_for_each_end_that_is_to_come(bench: Bench) -> None:
    bursty = BudgetKey("bursty")
    with bench.scheduler.live([bursty], [bursty], 20.0):
        for _ in range(4):
            await bench.call("middle", Priority.MIDDLE, bursty)
        bench.begin("fifth middle", Priority.MIDDLE, bursty)
        await bench.clock.settle()
        assert len(bench.log) == 4
        await bench.call("final", Priority.FINAL, bursty)
        assert bench.log[-1] == (0.0, "final")
        await bench.clock.advance(2)
        assert bench.log[-1] == (2.0, "fifth middle")


async def test_what_is_kept_is_given_out_when_nobody_is_going_to_need_it(bench: Bench) -> None:
    bursty = BudgetKey("bursty")
    with bench.scheduler.live([bursty], [bursty], 20.0):
        for number in range(5):
            bench.begin(str(number), Priority.MIDDLE, bursty)
        await bench.clock.settle()
        assert len(bench.log) == 4
    await bench.call("another", Priority.FINAL, BudgetKey("all"), bursty)
    await bench.clock.advance(1)
    assert bench.log[-1] == (1.0, "4")


async def test_ends_go_by_what_they_have_to_show_and_notices_before_them(bench: Bench) -> None:
    await bench.call("spends the token", Priority.FINAL, ONE)
    for name, weight in (("little", 1.0), ("much", 9.0)):
        bench.begin(name, Priority.FINAL, ONE, weight=partial(float, weight))
    bench.begin("notice", Priority.FINAL, ONE)
    await bench.clock.advance(3)
    assert bench.names()[1:] == ["notice", "much", "little"]


async def test_a_call_that_does_not_come_back_holds_up_nobody(bench: Bench) -> None:
    """Some client libraries sleep in a call whose response is there: it counts from what the response said."""
    bursty = BudgetKey("bursty")

    async def answer_and_sleep() -> None:
        bench.scheduler.observe(bursty, limit=5, remaining=2, reset_after=5, completed_at=bench.clock.monotonic())
        await bench.clock.sleep(60)

    asleep = asyncio.create_task(bench.call("asleep", Priority.MIDDLE, bursty, effect=answer_and_sleep))
    await bench.clock.settle()
    for name in ("second", "third", "fourth"):
        bench.begin(name, Priority.MIDDLE, bursty)
    await bench.clock.advance(6)
    assert bench.log[1:] == [(0.0, "second"), (0.0, "third"), (5.0, "fourth")]
    assert not asleep.done()
    await bench.clock.advance(60)
    await asleep


async def test_it_can_tell_how_long_a_call_would_wait(bench: Bench) -> None:
    assert bench.scheduler.wait([ONE, ALL], 0.0) == 0.0
    await bench.call("spends the token", Priority.FINAL, ONE)
    assert bench.scheduler.wait([ONE, ALL], 0.0) == 1.0
    bench.begin("waits", Priority.FIRST, ONE)
    await bench.clock.settle()
    assert bench.scheduler.wait([ONE, ALL], 0.0) == 2.0
    assert bench.scheduler.ahead([ONE, ALL]) == 1


async def test_it_can_tell_whether_a_token_could_be_kept_for_one_end_more(bench: Bench) -> None:
    with bench.scheduler.live([], [TWO], 20.0):
        assert bench.scheduler.keeps([ONE])
        assert not bench.scheduler.keeps([TWO])


async def test_waiting_costs_one_timer_and_no_polling(bench: Bench) -> None:
    await bench.call("spends the token", Priority.FINAL, ONE)
    for n in range(20):
        bench.begin(str(n), Priority.MIDDLE, ONE)
    await bench.clock.advance(0.5)
    assert bench.clock.sleeps == 1
    await bench.clock.advance(20)
    assert len(bench.log) == 21
    assert bench.clock.sleeps == 20


async def test_who_stops_waiting_takes_nothing(bench: Bench) -> None:
    await bench.call("spends the token", Priority.FINAL, ONE)
    bench.begin("gone", Priority.FINAL, ONE)
    gone = bench.tasks[-1]
    bench.begin("stays", Priority.MIDDLE, ONE)
    await bench.clock.settle()
    gone.cancel()
    await bench.clock.advance(1)
    assert bench.log[1:] == [(1.0, "stays")]


async def test_who_stops_when_just_admitted_gives_the_token_back(bench: Bench) -> None:
    await bench.call("spends the token", Priority.FINAL, ONE)
    bench.begin("gone", Priority.FINAL, ONE)
    gone = bench.tasks[-1]
    bench.begin("stays", Priority.FINAL, ONE)
    await bench.clock.settle()
    bench.scheduler.observe(ONE, remaining=1, completed_at=0.0)  # admits it; its task has not run yet
    gone.cancel()
    await bench.clock.settle()
    assert gone.cancelled()
    assert bench.log[1:] == [(0.0, "stays")]


async def test_a_cancelled_call_under_way_keeps_its_token(bench: Bench) -> None:
    async def for_ever() -> None:
        await asyncio.Event().wait()

    under_way = asyncio.create_task(bench.call("under way", Priority.FINAL, ONE, effect=for_ever))
    await bench.clock.settle()
    under_way.cancel()
    bench.begin("next", Priority.FINAL, ONE)
    await bench.clock.advance(0.9)
    assert bench.names() == ["under way"]
    await bench.clock.advance(0.1)
    assert bench.names() == ["under way", "next"]


async def test_a_refusal_empties_the_buckets_and_is_passed_on(bench: Bench) -> None:
    async def refuse() -> None:
        raise RateLimited(retry_after=7)

    with pytest.raises(RateLimited):
        await bench.call("refused", Priority.FINAL, BudgetKey("bursty"), effect=refuse)
    bench.begin("next", Priority.FINAL, BudgetKey("bursty"))
    await bench.clock.advance(10)
    assert bench.log[-1] == (7.0, "next")


async def test_a_refusal_blames_only_the_bucket_that_is_known_to_be_empty(bench: Bench) -> None:
    async def refuse() -> None:
        bench.scheduler.observe(ONE, remaining=0, reset_after=7, completed_at=bench.clock.monotonic())
        raise RateLimited(retry_after=7)

    with pytest.raises(RateLimited):
        await bench.call("refused", Priority.FINAL, ONE, ALL, effect=refuse)
    await bench.call("elsewhere", Priority.FINAL, TWO, ALL)
    bench.begin("here", Priority.FINAL, ONE, ALL)
    await bench.clock.advance(10)
    assert bench.log[1:] == [(0.0, "elsewhere"), (7.0, "here")]


async def test_what_the_platform_says_wakes_who_waits(bench: Bench) -> None:
    await bench.call("spends the token", Priority.FINAL, ONE)
    bench.begin("waits", Priority.FINAL, ONE)
    await bench.clock.settle()
    bench.scheduler.observe(ONE, limit=5, remaining=4, reset_after=5, completed_at=0.0)
    await bench.clock.settle()
    assert bench.log[-1] == (0.0, "waits")


async def test_live_replies_share_a_bucket(bench: Bench) -> None:
    with bench.scheduler.live([ONE, ALL], [], 20.0):
        await bench.clock.advance(10)
        with bench.scheduler.live([TWO, ALL], [], 40.0):
            one, whole = bench.scheduler.shares([ONE, ALL], 10.0)
            assert (one.live, one.remaining) == (1, 10.0)
            assert (whole.live, whole.remaining, whole.tokens) == (2, 25.0, 50)
            assert bench.scheduler.shares([ALL], 100.0)[0].remaining == 7.5, "a quarter of the usual is always expected"
    assert [share.live for share in bench.scheduler.shares([ONE, ALL], 0.0)] == [0, 0]


async def test_an_unknown_budget_is_the_plugins_mistake(bench: Bench) -> None:
    with pytest.raises(PluginError, match=r"'wrong'.*all, bursty, slow"):
        await bench.call("a", Priority.FINAL, BudgetKey("wrong"))


async def test_idle_buckets_are_forgotten_and_used_ones_are_not(bench: Bench) -> None:
    held = BudgetKey("slow", "held")
    bench.scheduler.observe(held, remaining=0, reset_after=1e6, completed_at=0.0)
    for channel in range(10_000):
        await bench.scheduler.run(Priority.FINAL, [BudgetKey("slow", str(channel))], nothing)
        if channel % 1000 == 0:
            await bench.clock.advance(1)
    assert len(bench.scheduler._queues) < 10_000
    bench.begin("waits", Priority.FINAL, held)
    await bench.clock.advance(1)
    assert bench.log == [], "the platform's word outlives them"
