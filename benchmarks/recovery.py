"""How long a start takes to go on with what an earlier process left: so many replies, each stopped in its middle.

    python -m benchmarks.recovery [--turns N]

Real database, platform and chatbots in memory with the budgets of the platform enforced: a call above them would be
refused and counted. Measured is the time from the start of the bridge until the first reply goes on in its message, and
until all are whole. Ends with 1 when the target is missed or a call was refused.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import structlog

import bridge.testing.memory
import bridge.testing.scripted
from bridge import Complete, Delta, Operation
from bridge.app import App
from bridge.clock import SystemClock
from bridge.config import load_config
from bridge.model import Message
from bridge.platform import Budget
from bridge.plugins import Plugins
from bridge.testing import CAPABILITIES, Ask, MemoryWorld, ScriptedService, eventually
from bridge.testing.script import Step

TARGET = 5.0
"""Seconds until the first reply goes on."""
BUDGETS = {"post": Budget(burst=5, rate=1), "edit": Budget(burst=5, rate=1), "other": Budget(burst=20, rate=100)}
"""Posts and edits count for each channel, all else for the whole platform."""
CONFIG = """
[bridge]
database = "sqlite:///bridge.db"
grace = "0s"
[platforms.memory]
[providers.scripted]
[chatbots.slow]
name = "slow"
[[routes]]
chatbot = "slow"
"""


async def measure(directory: Path, turns: int) -> tuple[float, float, int]:
    """Seconds until the first reply went on and until all were whole, and how many calls were refused."""
    go_on = asyncio.Event()

    async def slow(ask: Ask) -> AsyncIterator[Step]:
        yield Delta("answer", f"The answer to {ask.text}")
        yield go_on
        yield Complete("answer", f"The answer to {ask.text} is known")

    path = directory / "bridge.toml"
    path.write_text(CONFIG)
    plugins = Plugins()
    plugins.register(bridge.testing.memory, "memory")
    plugins.register(bridge.testing.scripted, "scripted")
    capabilities = replace(CAPABILITIES, budgets=BUDGETS)
    async with ScriptedService({"slow": slow}) as service:
        world = MemoryWorld(capabilities=capabilities, limits=True)

        async def start() -> tuple[App, asyncio.Task[bool]]:
            app = App(load_config(path, plugins), plugins, SystemClock())
            running = asyncio.create_task(app.run())
            await world.until(lambda: world.connected)
            return app, running

        app, running = await start()
        said: list[Message] = [await world.say(f"{n}", channel=f"{n}", mention=True) for n in range(turns)]
        await eventually(lambda: len(world.messages()) == turns, timeout=300)
        app.stop()
        await running
        go_on.set()
        await eventually(lambda: not any(record.running for record in service.sessions.values()), timeout=60)
        calls = len(world.calls)
        began = time.monotonic()
        app, running = await start()
        await eventually(lambda: any(call.operation is Operation.EDIT for call in world.calls[calls:]), timeout=60)
        first = time.monotonic() - began
        whole = {f"The answer to {n} is known" for n in range(turns)}
        await eventually(lambda: {m.text for m in world.messages()} == whole, timeout=300)
        last = time.monotonic() - began
        app.stop()
        await running
        assert len(world.messages()) == len(said) == turns, "each reply is one message"
        assert [len(record.asked) for record in service.sessions.values()] == [1] * turns, "nothing is asked twice"
        return first, last, world.turnstile.refused


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=1000, help="how many replies are stopped in their middle")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as name:
        first, last, refused = asyncio.run(measure(Path(name), options.turns))
    print(f"{options.turns:,} interrupted replies: the first goes on after {first:.2f} s (target {TARGET:g} s), ")
    print(f"all are whole after {last:.2f} s, {refused} calls refused")
    raise SystemExit(first > TARGET or refused > 0)


if __name__ == "__main__":
    main()
