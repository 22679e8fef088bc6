"""`bridge sandbox` as a process, as a person or a script runs it."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bridge import InstanceName
from bridge.config import load_config
from bridge.plugins import Plugins
from tests.ports import free_ports

Start = Callable[..., Any]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts `bridge ARGUMENTS`; whatever still runs in the end is stopped."""
    started: list[Process] = []

    async def run(*arguments: str) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bridge", *arguments, stdout=PIPE, stderr=PIPE
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def first_line(process: Process) -> bytes:
    assert process.stdout is not None
    return await process.stdout.readline()


async def test_prints_addresses_and_tokens_that_work(start: Start) -> None:
    process = await start("sandbox", "--json")

    addresses = json.loads(await first_line(process))

    slack, discord, vectorshift = (addresses[service] for service in ("slack", "discord", "vectorshift"))
    calls = {
        slack["api_url"] + "auth.test": f"Bearer {slack['bot_token']}",
        discord["api_url"] + "/users/@me": f"Bot {discord['token']}",
        vectorshift["api_url"] + "/chatbot?name=echo": f"Bearer {vectorshift['api_key']}",
    }
    async with aiohttp.ClientSession() as http:
        for url, authorization in calls.items():
            async with http.get(url, headers={"Authorization": authorization}) as response:
                assert (response.status, (await response.json()).get("ok", True)) == (200, True), url


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_stops_when_told_to(start: Start, number: signal.Signals) -> None:
    process = await start("sandbox", "--json")
    await first_line(process)

    process.send_signal(number)
    _, errors = await process.communicate()

    assert (process.returncode, errors) == (0, b"")


async def test_writes_a_configuration_for_itself(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    process = await start("sandbox", "--json", "--config", str(path))

    addresses = json.loads(await first_line(process))

    config = load_config(path, Plugins(), {})
    slack: Any = config.platforms[InstanceName("slack")].table  # the model is the plugin's own
    assert addresses["config"] == str(path)
    assert slack.api_url == addresses["slack"]["api_url"]
    assert slack.bot_token.reveal() == addresses["slack"]["bot_token"]


async def test_takes_the_ports_that_it_is_given(start: Start) -> None:
    port = free_ports(3)
    process = await start("sandbox", "--json", "--port", str(port))

    addresses = json.loads(await first_line(process))

    assert addresses["slack"]["api_url"] == f"http://127.0.0.1:{port}/api/"
    assert f":{port + 1}/" in addresses["discord"]["api_url"]
    assert f":{port + 2}/" in addresses["vectorshift"]["api_url"]


async def test_says_that_a_port_is_taken(start: Start) -> None:
    running = await start("sandbox", "--json")
    port = json.loads(await first_line(running))["vectorshift"]["api_url"].split(":")[2].split("/")[0]

    second = await start("sandbox", "--port", str(int(port) - 2))
    _, errors = await second.communicate()

    assert second.returncode == 1
    assert b"The sandbox cannot start:" in errors
    assert b"Traceback" not in errors


async def test_does_not_write_over_the_file_of_an_operator(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text("# mine\n")

    process = await start("sandbox", "--config", str(path))
    _, errors = await process.communicate()

    assert process.returncode == 1
    assert b"not written by the sandbox" in b" ".join(errors.split())
    assert path.read_text() == "# mine\n"
