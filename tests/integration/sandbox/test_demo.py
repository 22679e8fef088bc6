"""The demo with the real bridge in a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from rich.console import Console

from bridge_sandbox.demo.once import TerminalPlayer
from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.demo.script import MismatchError, check_sessions, exactly
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.wire import Wire


async def test_a_played_conversation_comes_out_right() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bridge", "demo", "--once", stdout=PIPE, stderr=STDOUT
    )
    output, _ = await process.communicate()

    assert process.returncode == 0, output.decode()
    assert "All of it came out right." in output.decode()


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Process]:
    """`bridge demo` with its temporary files in `tmp_path`, stopped in the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bridge", "demo", "--no-browser", "--port", "0",
        stdout=PIPE, stderr=STDOUT, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    yield process
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
    await process.communicate()


async def said(process: Process, pattern: str) -> str:
    """The first group of `pattern` in the next line that has it."""
    assert process.stdout is not None
    while line := (await process.stdout.readline()).decode():
        if found := re.search(pattern, line):
            return found[1]
    raise AssertionError(f"the demo ended without saying {pattern!r}")


async def others(pattern: str) -> list[int]:
    """The processes whose command line has `pattern` in it."""
    listing = await asyncio.create_subprocess_exec("ps", "-ww", "-eo", "pid=,args=", stdout=PIPE)
    output, _ = await listing.communicate()
    return [int(line.split()[0]) for line in output.decode().splitlines() if pattern in line]


def left_in(directory: Path) -> list[str]:
    return [str(path) for path in directory.iterdir()]


async def test_serves_its_page_and_leaves_nothing_but_its_log(demo: Process, tmp_path: Path) -> None:
    url = await said(demo, r"(http://127\.0\.0\.1:\d+/)")
    log = await said(demo, r"log: (\S+)")
    async with aiohttp.ClientSession() as http, http.get(url) as page:
        assert "<title>bridge demo</title>" in await page.text()
    assert len(await others(str(tmp_path))) == 1

    demo.send_signal(signal.SIGINT)

    assert await demo.wait() == 0
    assert await others(str(tmp_path)) == []
    assert left_in(tmp_path) == [log]


async def test_restarts_the_bridge_and_tells_of_its_end(demo: Process, tmp_path: Path) -> None:
    url = await said(demo, r"(http://127\.0\.0\.1:\d+/)")
    (before,) = await others(str(tmp_path))

    async with aiohttp.ClientSession(headers={"Origin": url.rstrip("/")}) as http:
        async with http.post(url + "restart", json={}) as answer:
            assert answer.status == 200
        (after,) = await others(str(tmp_path))
        assert after != before

        os.kill(after, signal.SIGKILL)
        assert await said(demo, r"(The bridge has ended)")
        async with http.ws_connect(url + "feed") as feed:
            (snapshot,) = await feed.receive_json(timeout=5)

    assert snapshot["bridge"]["state"] == "stopped"


async def test_a_bridge_that_cannot_start_is_told_with_its_log(tmp_path: Path) -> None:
    bridge = BridgeProcess(tmp_path / "missing.toml", tmp_path / "bridge.log", Wire())

    await bridge.start()

    assert not await bridge.connected(20)
    assert "missing.toml" in bridge.last_lines()
    assert await bridge.stop() == 2
    assert not bridge.running


async def test_an_answer_that_does_not_come_is_told(tmp_path: Path) -> None:
    console = Console(record=True, width=100, file=(tmp_path / "screen").open("w"))
    async with Sandbox() as world:
        bridge = BridgeProcess(tmp_path / "bridge.toml", tmp_path / "bridge.log", world.wire)
        player = TerminalPlayer(bridge, console, patience=0.05)
        general = world.slack.room("general")

        with pytest.raises(MismatchError, match=r"A question: the bot's messages were \[\]"):
            await player.ask("A question", world.slack, general, "@bridge hello", exactly("hello"))

    assert "✗ A question" in console.export_text()
    console.file.close()


async def test_a_session_too_many_or_too_few_is_told() -> None:
    with pytest.raises(MismatchError, match="the sessions were asked"):
        check_sessions(Sandbox())
