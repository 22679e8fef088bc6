"""A machine that is not kind: a database that others hold, and a process that hardly runs."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bridge.testing import eventually
from tests.integration.program.stage import stage
from tests.integration.program.test_conversations import PLATFORMS, person, said

STOPPED, RUNNING = 0.4, 0.02
"""Seconds of real time, for that is what the program is short of: it gets one part in twenty."""
QUESTION = " ".join(f"word{number}" for number in range(40))


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_database_that_another_program_holds(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", "hello")
        await ada.sees(thread, said("hello", 1))
        with closing(sqlite3.connect(tmp_path / "bridge.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await ada.write(thread, QUESTION)
            # As long as it takes until the program has given up waiting once, and tries again.
            events = ("lane.store", "slack.event_not_stored", "an event waits")
            await eventually(lambda: any(here.logged(event) for event in events), timeout=20)
            other.execute("ROLLBACK")
        await ada.sees(thread, said("hello", 1), said(QUESTION, 2))
        assert here.asked() == [["hello", QUESTION]]
        await here.stop()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_process_that_hardly_runs(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", QUESTION)

        async def hardly() -> None:
            while True:
                here.program.signal(signal.SIGSTOP)
                await asyncio.sleep(STOPPED)
                here.program.signal(signal.SIGCONT)
                await asyncio.sleep(RUNNING)

        starving = asyncio.create_task(hardly())
        try:
            ada.patience = 60
            await ada.sees(thread, said(QUESTION, 1))
        finally:
            starving.cancel()
            await asyncio.wait({starving})
            here.program.signal(signal.SIGCONT)
        await ada.write(thread, "and now?")
        await ada.sees(thread, said(QUESTION, 1), said("and now?", 2))
        assert here.asked() == [[QUESTION, "and now?"]]
        await here.stop()
