"""A wall clock that is set while answers are written."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bridge import SystemClock
from bridge.testing import eventually
from tests.core.running import CONFIG, place
from tests.core.test_turns import Slow, scripted


class Jumping(SystemClock):
    """The machine's time, which somebody sets."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.by


@pytest.mark.parametrize("by", [timedelta(hours=5), timedelta(hours=-5), timedelta(days=400)])
async def test_nothing_times_out_and_nothing_is_repeated(tmp_path: Path, by: timedelta) -> None:
    slow, clock = Slow(), Jumping()
    async with place(tmp_path, scripted(slow)) as here, here.running(CONFIG, clock):
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one")
        clock.by = by
        waiting = await here.world.say("And then?", thread=question.thread)
        await here.taken(2)
        slow.go_on.set()
        await here.answered(question.thread, "one two", "one two")
        here.world.send(question)
        here.world.send(waiting)
        await eventually(lambda: here.count("SELECT coalesce(sum(times), 0) FROM duplicates") == 2)
        assert here.world.shown(question.thread) == ("one two", "one two")
        assert here.service.asked(here.session()) == ["Count", "And then?"]
