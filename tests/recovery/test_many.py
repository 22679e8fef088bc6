"""Many turns that one crash interrupted: each is finished in its own message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge import Complete, Delta
from bridge.testing import CAPABILITIES, Ask, Fuse, MemoryWorld, ScriptedService, eventually
from bridge.testing.script import Step
from tests.recovery.stopped import HastyClock, Stage, template

MANY = 1000


@pytest.mark.timeout(120)
async def test_a_thousand_interrupted_turns(tmp_path: Path) -> None:
    go_on = asyncio.Event()

    async def say(ask: Ask) -> AsyncIterator[Step]:
        yield Delta("A", "Half")
        yield go_on
        yield Complete("A", f"Half of {ask.text}, and the other half")

    async with ScriptedService({"echo": say}) as service:
        world = MemoryWorld(clock=HastyClock(), capabilities=CAPABILITIES, limits=True, idempotent=False)
        stage = Stage(tmp_path / "stage", await template(tmp_path / "empty"), world, service)
        for number in range(MANY):
            stage.said.append(await world.say(f"Question {number}", mention=True, channel=f"room{number}"))
        fuse = Fuse()
        first = stage.start(fuse)
        await world.until(lambda: world.connected)
        for message in stage.said:
            world.send(message)
        await eventually(lambda: len(world.messages()) == MANY, timeout=60)
        await fuse.bury(first)
        world.hang_up()
        before = [message.ref for message in world.messages()]
        go_on.set()
        fuse = Fuse()
        second = stage.start(fuse)
        try:
            await eventually(lambda: not stage.unanswered, timeout=60)
        finally:
            await fuse.bury(second)
        assert [message.ref for message in world.messages()] == before
        for message in stage.said:
            assert world.shown(message.thread) == (f"Half of {message.text}, and the other half",)
        assert len(list(stage.asked)) == MANY
