"""A disk that fills while people ask, with the real program."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from bridge.testing import eventually
from tests.integration.program.stage import stage
from tests.integration.program.test_conversations import PLATFORMS, person, said

LONG = " ".join(f"word{number}" for number in range(150))


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_is_asked_while_nothing_can_be_written_is_answered_once_it_can(
    tmp_path: Path, platform: str
) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", "hello")
        await ada.sees(thread, said("hello", 1))
        await eventually(lambda: here.logged("turn.finished"))
        # No file may grow beyond what the database's log has by now; the program's own log is smaller.
        room = (tmp_path / "bridge.db-wal").stat().st_size
        assert here.log.stat().st_size < room / 2
        resource.prlimit(here.program.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        await ada.write(thread, LONG)
        refused = ("lane.store", "slack.event_not_stored", "an event waits")
        await eventually(lambda: any(here.logged(event) for event in refused), timeout=20)
        resource.prlimit(here.program.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        ada.patience = 60
        await ada.sees(thread, said("hello", 1), said(LONG, 2))
        assert here.asked() == [["hello", LONG]]
        await here.stop()
