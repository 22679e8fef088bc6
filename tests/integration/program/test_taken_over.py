"""A program that stands still while another one takes its database: what it was about to do is not done."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from bridge_sandbox.demo.process import BridgeProcess
from tests.integration.program.stage import PATIENCE, stage
from tests.integration.program.test_conversations import PLATFORMS, person, said

QUESTION = " ".join(f"word{number}" for number in range(60))


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_program_that_wakes_up_after_another_took_over_ends(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path, word_seconds=0.05) as here:
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", QUESTION)
        await ada.until(lambda: "word9" in ada.answers(thread)[0])
        second = BridgeProcess(here.config, tmp_path / "second.log", here.sandbox.wire)
        here.program.signal(signal.SIGSTOP)
        try:
            (tmp_path / "bridge.db.lock").unlink()  # what keeps it out otherwise
            await second.start()
            assert await second.connected(PATIENCE), second.last_lines()
            await ada.sees(thread, said(QUESTION, 1))
            another = await ada.ask("general", "meanwhile")
            here.program.signal(signal.SIGCONT)
            async with asyncio.timeout(PATIENCE):
                assert await here.program.ended() == 2, here.program.last_lines()
            assert f"process {second.pid} on" in here.program.last_lines(3)
            await ada.write(thread, "and now?")
            await ada.sees(thread, said(QUESTION, 1), said("and now?", 2))
            await ada.sees(another, said("meanwhile", 1))
            assert here.asked() == [[QUESTION, "and now?"], ["meanwhile"]]
        finally:
            if here.program.running:
                here.program.signal(signal.SIGCONT)
            assert await second.stop() == 0, second.last_lines()
