"""A disk that fills while people ask, with the real program."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from bridge.testing import eventually
from tests.integration.program.stage import Stage, stage
from tests.integration.program.test_conversations import PLATFORMS, person, said
from tests.integration.program.test_watching import told, watched
from tests.ports import free_ports

LONG = " ".join(f"word{number}" for number in range(150))


def fill(here: Stage) -> None:
    """Let no file of the program grow beyond what the database's log has by now."""
    room = here.config.with_name("bridge.db-wal").stat().st_size
    assert here.log.stat().st_size < room / 2, "its own log can still be written"
    resource.prlimit(here.program.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))


def free(here: Stage) -> None:
    """Let files grow again."""
    resource.prlimit(here.program.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


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
        fill(here)
        await ada.write(thread, LONG)
        refused = ("lane.store", "slack.event_not_stored", "an event waits")
        await eventually(lambda: any(here.logged(event) for event in refused), timeout=20)
        free(here)
        ada.patience = 60
        await ada.sees(thread, said("hello", 1), said(LONG, 2))
        assert here.asked() == [["hello", LONG]]
        await here.stop()


async def test_a_disk_that_is_full_is_told_though_nobody_asks_anything(tmp_path: Path) -> None:
    port = free_ports(1)
    async with stage(tmp_path, watched(port)) as here:
        await here.start()
        fill(here)
        status, facts = await told(port, lambda facts: facts["database"]["state"] == "down")
        assert (status, facts["state"]) == (503, "down")
        assert "disk" in facts["database"]["reason"]
        free(here)
        status, _ = await told(port, lambda facts: facts["database"]["state"] == "up")
        assert status == 200
        await here.stop()
