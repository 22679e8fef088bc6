"""bridge is built, installed beside a plugin of a stranger, and the two hold a conversation."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import signal
import site
import socket
import subprocess
import sys
import time
import venv
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ECHO = Path(__file__).parent / "bridge_echo"

CONFIG = """\
[platforms.echo]
port = {port}

[providers.echo]

[chatbots.parrot]
greeting = "I heard"

[[routes]]
platform = "echo"
chatbot  = "parrot"
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """A virtual environment with the two wheels in it."""

    directory: Path

    @property
    def python(self) -> str:
        return str(self.directory / "bin" / "python")

    def run(self, *arguments: str, cwd: Path | None = None) -> str:
        """What a command of this environment prints; it must succeed."""
        done = subprocess.run(
            [self.python, *arguments], cwd=cwd or self.directory, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Both wheels, without any download: what they depend on is looked up in the environment of these tests."""
    directory = tmp_path_factory.mktemp("installed")
    wheels = directory / "wheels"
    for project in (ROOT, ECHO):
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(wheels), str(project)]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        assert built.returncode == 0, built.stdout + built.stderr
    environment = Installed(directory / "venv")
    venv.create(environment.directory, symlinks=True)
    own = Path(environment.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (own / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    command = [sys.executable, "-m", "pip", "--python", environment.python, "install", "--no-deps", "--no-index"]
    subprocess.run([*command, "--quiet", *map(str, wheels.glob("*.whl"))], check=True)
    return environment


@dataclass(slots=True)
class Person:
    """Somebody on the platform."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    acknowledged: set[str] = field(default_factory=set)
    screen: dict[str, dict[str, str]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def say(self, text: str, **where: str) -> str:
        """Write, wait until the bridge has it, and return the id of the message."""
        said: dict[str, Any] = {"id": f"{time.time_ns()}-{next(self.numbers)}", "at": time.time(), "author": "ada"}
        self.writer.write(json.dumps(said | {"text": text} | where).encode() + b"\n")
        await self.until(lambda: said["id"] in self.acknowledged)
        return str(said["id"])

    async def sees(self, thread: str, *texts: str) -> None:
        """Wait until exactly these messages are shown in a thread."""
        await self.until(lambda: list(self.screen.get(thread, {}).values()) == list(texts))

    async def until(self, condition: Any) -> None:
        """Take in what is shown until `condition` holds."""
        async with asyncio.timeout(20):
            while not condition():
                self._take(json.loads(await self.reader.readline()))

    def _take(self, item: dict[str, str]) -> None:
        if "ack" in item:
            self.acknowledged.add(item["ack"])
        elif shown := item.get("post") or item.get("edit"):
            self.screen.setdefault(item["thread"], {})[shown] = item["text"]


@contextlib.asynccontextmanager
async def running(installed: Installed, directory: Path, port: int) -> AsyncIterator[Person]:
    """`bridge run` as an operator starts it, with a person connected; stopped by SIGTERM."""
    process = await asyncio.create_subprocess_exec(
        installed.python, "-m", "bridge", "run", cwd=directory, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    lines = process.stderr
    log: list[str] = []

    async def until_ready() -> None:
        async for line in lines:
            log.append(line.decode())
            if json.loads(line)["event"] == "app.ready":
                return
        raise AssertionError(f"bridge ended early: {''.join(log)}")

    try:
        async with asyncio.timeout(20):
            await until_ready()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield Person(reader, writer)
        finally:
            writer.close()
            await writer.wait_closed()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            _, rest = await process.communicate()
        assert process.returncode == 0, rest.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def directory(tmp_path: Path, port: int) -> Path:
    """A directory with a configuration in it."""
    (tmp_path / "bridge.toml").write_text(CONFIG.format(port=port))
    return tmp_path


@pytest.mark.timeout(180)
def test_the_wheel_is_what_runs(installed: Installed) -> None:
    where = installed.run(
        "-c", "import bridge, bridge_slack, bridge_echo; print(bridge.__file__, bridge_slack.__file__)"
    )
    assert all(Path(path).is_relative_to(installed.directory) for path in where.split())
    assert installed.run("-m", "bridge", "--version") == "bridge 0.1.0\n"


def test_a_stranger_is_available_until_it_is_named(installed: Installed) -> None:
    plugins = {plugin["name"]: plugin for plugin in json.loads(installed.run("-m", "bridge", "plugins", "--json"))}
    assert plugins["echo"]["state"] == "available"
    assert plugins["echo"]["origin"] == "bridge-echo 1.0.0"
    assert {name for name in plugins if plugins[name]["state"] == "loaded"} == {
        "discord",
        "sandbox",
        "slack",
        "vectorshift",
    }


def test_its_mistakes_are_told_like_those_of_the_core(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_text(CONFIG.replace("port = {port}", 'prot = "7007"'))
    done = subprocess.run(
        [installed.python, "-m", "bridge", "run"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "bridge.toml:2" in done.stderr
    assert "platforms.echo.prot" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_schema_comes_with_the_wheel(installed: Installed, directory: Path) -> None:
    installed.run("-m", "bridge", "db", "upgrade", cwd=directory)
    assert (directory / "bridge.db").exists()


async def test_a_conversation(installed: Installed, directory: Path, port: int) -> None:
    async with running(installed, directory, port) as ada:
        question = await ada.say("@bot Hello", room="lobby")
        await ada.sees(question, "I heard (1): Hello")
        await ada.say("And now?", room="lobby", thread=question)
        await ada.sees(question, "I heard (1): Hello", "I heard (2): And now?")
        another = await ada.say("@bot Somebody else's thread", room="lobby")
        await ada.sees(another, "I heard (1): Somebody else's thread")
        await ada.say("Just between us")
        await ada.sees("ada", "I heard (1): Just between us")


async def test_a_restart_goes_on(installed: Installed, directory: Path, port: int) -> None:
    async with running(installed, directory, port) as ada:
        question = await ada.say("@bot Before", room="lobby")
        await ada.sees(question, "I heard (1): Before")
    async with running(installed, directory, port) as ada:
        await ada.say("After", room="lobby", thread=question)
        await ada.until(lambda: "I heard (1): After" in ada.screen.get(question, {}).values())


def test_the_contract_suite_works_for_strangers(installed: Installed, tmp_path: Path) -> None:
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(ECHO), str(ECHO / "tests")]
    assert "passed" in installed.run(*command, cwd=tmp_path)
