"""Playing a plan: a real `bridge run` beside the sandbox, people who ask, and blows; then silence, and judgement."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.testing import eventually
from bridge.testing.judge import Judgement
from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.settings import MARK
from tests.chaos.blows import Blows
from tests.chaos.crowd import Crowd
from tests.chaos.plan import DIRECT, PLATFORMS, Plan, Question, Trouble

ROUTE = '[[routes]]\nchatbot = "echo"\nwhen_busy = "queue"\n'
SCALE = 0.1
"""Of Slack's waits for acknowledgements and between redeliveries."""
WORD_SECONDS = 0.02
QUIET = 60.0
"""Seconds after the last blow within which everything must have come to its end."""
LAST = tuple(Question(0.0, platform, DIRECT, f"last-on-{platform} of all") for platform in PLATFORMS)
"""Asked of the process that is started once everything is answered: it must find nothing left to do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan."""

    judgement: Judgement
    blows: Counter[Trouble]
    """The blows that met something: a process, an open connection, a call."""
    settled_after: float
    """Seconds from the end of the blows until everything was answered."""


async def play(
    plan: Plan, directory: Path, *, program: Sequence[str] = ("-m", "bridge"), quiet: float = QUIET
) -> Outcome:
    """Play it; `program` are the arguments of Python that run bridge. Files are written to `directory`."""
    async with Sandbox(word_seconds=WORD_SECONDS, scale=SCALE) as sandbox:
        config = sandbox.write_config(directory)
        config.write_text(one_route(config.read_text()))
        process = BridgeProcess(config, directory / "bridge.log", sandbox.wire, program=program)
        people = Crowd(sandbox)
        blows = Blows(sandbox, process, people.repeat)
        await _connect(process)
        try:
            await _play(plan, people, blows)
            blows.heal()
            began = time.monotonic()
            verdict = await _settled(people, quiet)
            settled_after = time.monotonic() - began
            if verdict.clean:
                verdict = await _once_more(sandbox, process, people, quiet)
            return Outcome(verdict, blows.landed, settled_after)
        finally:
            await process.stop()


async def _connect(process: BridgeProcess) -> None:
    await process.start()
    if not await process.connected(30.0):
        raise RuntimeError(f"bridge did not connect:\n{process.last_lines()}")


async def _settled(people: Crowd, quiet: float) -> Judgement:
    """How it stands once everything is as it should be, or after `quiet` seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(quiet):
            while not people.judge().clean:
                people.changed.clear()
                await people.changed.wait()
    return people.judge()


async def _once_more(sandbox: Sandbox, process: BridgeProcess, people: Crowd, quiet: float) -> Judgement:
    """Look for what comes late: let Slack end its deliveries, start bridge again, ask it, stop it when it is done."""
    await eventually(lambda: sandbox.slack.unacked == len(sandbox.slack.sockets.lost), timeout=quiet)
    await _stop(process)
    await _connect(process)
    for question in LAST:
        await people.ask(question)
    await _settled(people, quiet)
    await _stop(process)
    return people.judge()


async def _stop(process: BridgeProcess) -> None:
    if code := await process.stop():
        raise RuntimeError(f"bridge ended with {code}:\n{process.last_lines()}")


async def _play(plan: Plan, people: Crowd, blows: Blows) -> None:
    """Ask and strike, each at its time; one does not wait for the other."""
    began = time.monotonic()

    async def asking() -> None:
        for question in plan.questions:
            await asyncio.sleep(max(0.0, began + question.at - time.monotonic()))
            await people.ask(question)

    async def striking() -> None:
        for blow in plan.blows:
            await asyncio.sleep(max(0.0, began + blow.at - time.monotonic()))
            await blows.deal(blow)

    async with asyncio.TaskGroup() as group:
        group.create_task(asking())
        group.create_task(striking())


def one_route(config: str) -> str:
    """The sandbox's configuration with one route for everything."""
    assert config.startswith(MARK)
    return config[: config.index("# Routes are read")] + ROUTE
