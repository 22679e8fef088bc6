"""Bridges with the real client libraries that are stopped dead: the next one brings everything to its end, once.

Each takes a second, so a run looks at some of the effects, others each time; `CHAOS_SEED` says which.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from bridge.app import App
from bridge.clock import SystemClock
from bridge.config import load_config
from bridge.plugins import Plugins
from bridge.testing import Fuse, eventually
from bridge_sandbox.sandbox import Sandbox
from tests.chaos.crowd import Crowd
from tests.chaos.plan import Question
from tests.chaos.play import one_route
from tests.chaos.test_chaos import SEED

STEP = 11
"""One of so many effects is looked at."""
MANY = 200
"""More effects than the conversation has."""
WORDS = 280
"""Of a question, so that its answer takes two messages on Discord."""


async def play(directory: Path, platform: str, at: int) -> tuple[bool, str]:
    """Stop a bridge at this effect, and let another one go on; whether it came so far, and what was wrong then."""
    async with Sandbox(word_seconds=0.001, scale=0.1) as sandbox:
        path = sandbox.write_config(directory)
        path.write_text(only(platform, one_route(path.read_text())))
        plugins, crowd = Plugins(), Crowd(sandbox)
        fuse = Fuse(at)

        async def start(fuse: Fuse) -> asyncio.Task[bool]:
            app = App(load_config(path, plugins), plugins, SystemClock(), made=fuse.wire)
            running = asyncio.create_task(app.run())
            await (sandbox.slack.sockets.settled(1) if platform == "slack" else sandbox.discord.wait_connected())
            return running

        running = await start(fuse)
        text = "q0001 " + " ".join(f"w{number:04}" for number in range(WORDS))
        await crowd.ask(Question(0.0, platform, 1, text))
        blown = asyncio.create_task(fuse.blown())
        clean = asyncio.create_task(eventually(lambda: crowd.judge().clean, timeout=30))
        try:
            await asyncio.wait({blown, clean}, return_when=asyncio.FIRST_COMPLETED)
            await fuse.bury(running)
            if not fuse.dead or clean.done():
                return len(fuse.names) >= at, ""
            sandbox.slack.drop_sockets()
            sandbox.discord.drop_gateway(resumable=False)
            fuse = Fuse()
            running = await start(fuse)
            await asyncio.wait({clean})
            verdict = crowd.judge()
            return True, "" if verdict.clean else f"{verdict.counts()}: {verdict.details}"
        finally:
            blown.cancel()
            clean.cancel()
            await asyncio.gather(clean, return_exceptions=True)
            await fuse.bury(running)


def only(platform: str, config: str) -> str:
    """The configuration without the other platform."""
    other = "discord" if platform == "slack" else "slack"
    return re.sub(rf"\[platforms\.{other}\]\n.*?\n\n", "", config, flags=re.DOTALL)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_stopped_at_some_effects(tmp_path: Path, platform: str) -> None:
    wrong, looked = [], 0
    for at in range(1 + SEED % STEP, MANY, STEP):
        there, what = await play(tmp_path / f"{at}", platform, at)
        if what:
            wrong.append(f"{at}: {what}")
        if not there:
            break
        looked += 1
    assert not wrong, (f"CHAOS_SEED={SEED}", *wrong)
    assert looked >= 2
