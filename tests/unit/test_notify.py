"""What systemd is told."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.notify import ALIVE, READY, STOPPING, keep_alive, notify
from tests.core.running import place

DOCS = Path(__file__).parents[2] / "docs" / "how-to"


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Where systemd listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listener


async def test_a_bridge_says_when_it_is_ready_and_when_it_stops(systemd: socket.socket, tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.running():
            assert await asyncio.to_thread(systemd.recv, 99) == READY.encode()
        assert await asyncio.to_thread(systemd.recv, 99) == STOPPING.encode()


async def test_the_watchdog_hears_of_it_twice_in_its_time(systemd: socket.socket, tmp_path: Path) -> None:
    environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "10000"}
    alive = asyncio.create_task(keep_alive(environ))
    for _ in range(3):
        assert await asyncio.to_thread(systemd.recv, 99) == ALIVE.encode()
    alive.cancel()


async def test_without_a_watchdog_there_is_nobody_to_tell() -> None:
    await keep_alive({})
    notify(READY, {})
    notify(READY, {"NOTIFY_SOCKET": "/nowhere"})


def test_the_unit_is_the_one_on_the_page() -> None:
    (quoted,) = re.findall(r"```ini\n(.*?)```", (DOCS / "run-as-a-service.md").read_text(), re.DOTALL)
    assert quoted == (DOCS / "bridge.service").read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_valid(tmp_path: Path) -> None:
    unit = (DOCS / "bridge.service").read_text().replace("/opt/bridge/bin/bridge", "/bin/true")
    (tmp_path / "bridge.service").write_text(unit.replace("User=bridge\n", ""))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "bridge.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "bridge.service" not in done.stderr, done.stderr
