"""What people wrote while nobody listened is found, and answered once and in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bridge import Forbidden, Operation, PlatformUnavailable, RateLimited, SessionId, SystemClock
from bridge.store.encoding import to_micros
from bridge.testing import eventually
from tests.core.running import CONFIG, Place, place
from tests.core.test_explain import lines, of
from tests.recovery.stopped import HastyClock


async def once_connected(here: Place) -> None:
    """A bridge that ran before: from then on it knows how far it got."""
    async with here.running():
        message = await here.world.say("hello", mention=True)
        await here.ended(1)
        assert len(here.world.shown(message.thread)) == 1


async def test_questions_of_the_time_between_are_answered_in_order(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await once_connected(here)
        (first,) = here.world.said
        asked = [await here.world.say(f"question {number}", thread=first.thread) for number in range(5)]
        direct = await here.world.say("psst", direct=True)
        mention = await here.world.say("you there?", channel="help", mention=True)
        other = await here.world.say("not for the bot", channel="help")
        async with here.running(CONFIG + 'when_busy = "queue"\n'):
            await here.ended(8)
        assert here.service.asked(first_session(here)) == ["hello", *(message.text for message in asked)]
        assert len(here.world.shown(direct.thread)) == len(here.world.shown(mention.thread)) == 1
        assert not here.world.shown(other.thread)


async def test_nothing_is_answered_twice_however_often_it_is_read(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await once_connected(here)
        await here.world.say("again?", direct=True)
        for _ in range(3):
            async with caught_up(here):
                await here.ended(2)
        assert len(here.world.messages()) == 2


async def test_a_question_that_waits_comes_before_one_that_is_asked_now(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await once_connected(here)
        (first,) = here.world.said
        await here.world.say("before", thread=first.thread)
        async with here.world.holding(Operation.HISTORY), here.running(CONFIG + 'when_busy = "queue"\n'):
            await here.world.say("now", thread=first.thread)
            await here.taken(2)
            assert here.service.asked(first_session(here)) == ["hello"]
        async with here.running(CONFIG + 'when_busy = "queue"\n'):
            await here.ended(3)
        assert here.service.asked(first_session(here)) == ["hello", "before", "now"]


async def test_the_first_start_ever_reads_nothing(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        early = await here.world.say("long ago", direct=True)
        await once_connected(here)
        assert not here.world.shown(early.thread)


async def test_what_is_too_old_for_its_route_is_left_alone_and_says_so(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await once_connected(here)
        missed = await here.world.say("psst", direct=True)
        async with caught_up(here, CONFIG + 'answer_within = "0s"\n'):
            pass
        assert not here.world.shown(missed.thread)
        (why,) = of(await lines(here, missed.id), "ignored")
        assert why.startswith("route 1 (bridge.toml:14) would take it, but it was sent")


async def test_with_no_backfill_nothing_is_read(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await once_connected(here)
        await here.world.say("psst", direct=True)
        before = calls(here)
        async with caught_up(here, CONFIG.replace("[bridge]", '[bridge]\nbackfill = "0s"')):
            pass
        assert calls(here) == before


async def test_rate_limits_and_outages_are_waited_out_and_closed_rooms_passed_by(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await once_connected(here)
        missed = await here.world.say("psst", direct=True)
        here.world.fail(Operation.HISTORY, Forbidden("not in there"))
        here.world.fail(Operation.HISTORY, RateLimited("slow down", retry_after=0.1))
        here.world.fail(Operation.CHANNELS, PlatformUnavailable("down"))
        async with here.running():
            await here.ended(2)
        assert len(here.world.shown(missed.thread)) == 1


@asynccontextmanager
async def caught_up(here: Place, config: str = CONFIG) -> AsyncIterator[None]:
    """A bridge that has read all that it wants to read."""
    began = to_micros(SystemClock().now())
    async with here.running(config):
        await eventually(lambda: here.count("SELECT max(at) FROM reached") >= began)
        yield


def first_session(here: Place) -> SessionId:
    """The session of the first thread."""
    return next(iter(here.service.sessions))


def calls(here: Place) -> int:
    return sum(call.operation is Operation.HISTORY for call in here.world.calls)


async def test_a_follow_up_that_overtook_its_question_is_answered_after_it(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        question = await here.world.say("One", mention=True)
        follow_up = await here.world.say("Two", thread=question.thread)
        async with here.running(CONFIG + 'when_busy = "queue"\n'):
            here.world.send(follow_up)
            await eventually(lambda: here.count("SELECT count(*) FROM decisions") == 1)
            here.world.send(question)
            await here.answered(question.thread, "1: One", "2: Two")
            here.world.send(follow_up)
            here.world.send(question)
            await eventually(lambda: here.count("SELECT coalesce(sum(times), 0) FROM duplicates") >= 2)
            assert here.world.shown(question.thread) == ("1: One", "2: Two")


async def test_a_direct_conversation_that_nobody_can_list_is_read_from_its_first_message(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.running():
            await here.world.say("Somebody else", mention=True)
            await here.ended(1)
        first = await here.world.say("One", direct=True)
        here.world.said.remove(first)  # as on Discord, where this conversation is not listed
        async with here.running(CONFIG + 'when_busy = "queue"\n'):
            await eventually(lambda: here.world.connected)
            here.world.said.append(first)
            await here.world.say("Two", direct=True)
            await here.answered(first.thread, "1: One", "2: Two")


class Shifted(SystemClock):
    """A clock that is wrong, or the time of another day."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


async def test_a_thread_that_was_silent_for_days_is_read_too(tmp_path: Path) -> None:
    before = Shifted(timedelta(days=-3))
    async with place(tmp_path) as here:
        here.world.clock = before
        async with here.running(clock=before):
            question = await here.world.say("One", mention=True)
            await here.ended(1)
        here.world.clock = SystemClock()
        await here.world.say("Two", thread=question.thread)
        async with here.running():
            await here.answered(question.thread, "1: One", "2: Two")


async def test_a_thread_that_began_meanwhile_is_read_to_its_end(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await once_connected(here)
        question = await here.world.say("One", channel="help", mention=True)
        await here.world.say("Two", thread=question.thread)
        async with here.running():
            await here.taken(3)
            await here.world.until(lambda: bool(here.world.shown(question.thread)))
            await eventually(lambda: here.count("SELECT count(*) FROM messages WHERE state = 'answered'") == 3)


async def test_a_place_that_cannot_be_read_holds_up_no_other_and_is_read_later(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await once_connected(here)
        broken = await here.world.say("One", direct=True)
        other = await here.world.say("Two", channel="help", mention=True)
        here.world.shut(broken.thread, PlatformUnavailable("broken"))
        reached = here.text("SELECT at FROM reached")
        async with here.running(clock=HastyClock()):
            await here.world.until(lambda: bool(here.world.shown(other.thread)))
            assert here.text("SELECT at FROM reached") == reached
            here.world.turnstile.relent()
            await here.world.until(lambda: bool(here.world.shown(broken.thread)))
            await eventually(lambda: here.text("SELECT at FROM reached") > reached)


async def test_a_clock_that_was_ahead_once_hides_nothing(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.running(clock=Shifted(timedelta(days=1))):
            await here.world.say("hello", mention=True)
            await here.ended(1)
        missed = await here.world.say("psst", direct=True)
        async with here.running():
            await here.world.until(lambda: bool(here.world.shown(missed.thread)))


async def test_what_may_be_fetched_again_is_not_forgotten_before(tmp_path: Path) -> None:
    config = CONFIG.replace("[bridge]", '[bridge]\nretention = "1d"\nbackfill = "3d"') + 'answer_within = "3d"\n'
    before = Shifted(timedelta(hours=-30))
    async with place(tmp_path) as here:
        here.world.clock = before
        async with here.running(config, clock=before):
            question = await here.world.say("One", mention=True)
            await here.ended(1)
        async with caught_up(here, config):
            pass
        async with caught_up(here, config):
            await here.ended(1)
        assert here.world.shown(question.thread) == ("1: One",)
        assert here.count("SELECT count(*) FROM messages") == 1
