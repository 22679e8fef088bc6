"""Bridges in this process that are stopped dead and followed by others, on one database."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import bridge.testing.memory
import bridge.testing.scripted
from bridge.app import App
from bridge.clock import SystemClock
from bridge.config import load_config
from bridge.model import Message
from bridge.plugins import Plugins
from bridge.store import open_store
from bridge.testing import MemoryWorld, ScriptedService, eventually
from bridge.testing.crash import Fuse

HASTE = 25.0
PATIENCE = 5.0
"""Seconds after which what has not come about is not going to."""
CONFIG = """
[bridge]
database = "sqlite:///bridge.db"

[platforms.memory]

[providers.scripted]

[chatbots.echo]
name = "echo"

[[routes]]
chatbot   = "echo"
when_busy = "queue"
"""


class HastyClock(SystemClock):
    """The machine's time, in which all waiting is short."""

    def __init__(self) -> None:
        self._began = super().monotonic()

    def monotonic(self) -> float:
        return self._began + (super().monotonic() - self._began) * HASTE

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / HASTE)


@dataclass(frozen=True, slots=True)
class Template:
    """What takes longer to make than all that happens with it: a database with its tables, and plugins."""

    database: Path
    plugins: Plugins


async def template(directory: Path) -> Template:
    """A template for stages; `directory` is made for it."""
    await asyncio.to_thread(directory.mkdir)
    store = await open_store(
        "sqlite:///bridge.db", clock=SystemClock(), directory=directory, upgrade=True, exclusive=True
    )
    await store.close()
    plugins = Plugins()
    plugins.register(bridge.testing.memory, "memory")
    plugins.register(bridge.testing.scripted, "scripted")
    return Template(directory / "bridge.db", plugins)


class Stage:
    """A world and a service, and one bridge after the other between them."""

    def __init__(self, directory: Path, model: Template, world: MemoryWorld, service: ScriptedService) -> None:
        directory.mkdir()
        self.database = directory / "bridge.db"
        shutil.copy(model.database, self.database)
        path = directory / "bridge.toml"
        path.write_text(CONFIG)
        self._config = load_config(path, model.plugins)
        self._plugins = model.plugins
        self.world = world
        self.service = service
        self.said: list[Message] = []

    def unlock(self) -> None:
        """Let a second bridge start beside one that runs."""
        self.database.with_name("bridge.db.lock").unlink()

    def start(self, fuse: Fuse) -> asyncio.Task[bool]:
        """Start a bridge."""
        app = App(self._config, self._plugins, HastyClock(), made=fuse.wire)
        return asyncio.create_task(app.run())

    async def run(self, fuse: Fuse) -> None:
        """Run a bridge until `fuse` stops it or everything is answered; then end it in any case.

        All that was said is delivered, again where it was before.
        """
        process = self.start(fuse)
        blown = asyncio.create_task(fuse.blown())
        answered = asyncio.create_task(self._answered())
        try:
            await eventually(lambda: self.world.connected or process.done() or fuse.dead)
            for message in self.said:
                self.world.send(message)
            await asyncio.wait({blown, answered, process}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
            assert not process.done(), process
        finally:
            blown.cancel()
            answered.cancel()
            await fuse.bury(process)
            self.world.hang_up()

    async def _answered(self) -> None:
        await eventually(lambda: not self.unanswered, timeout=2 * PATIENCE)

    @property
    def unanswered(self) -> int:
        """How many of the questions have no end."""
        ended = "SELECT count(*) FROM messages WHERE state IN ('answered', 'failed', 'cancelled')"
        return len(self.said) - self.count(ended)

    def count(self, query: str) -> int:
        """A number from the database."""
        with closing(sqlite3.connect(self.database)) as connection:
            return int(connection.execute(query).fetchone()[0])

    @property
    def asked(self) -> Sequence[tuple[str, ...]]:
        """What was asked, in all sessions."""
        return [asked for record in self.service.sessions.values() for asked in record.asked]

    @property
    def shown(self) -> Sequence[str]:
        """The bot's messages in the thread of the first question."""
        return self.world.shown(self.said[0].thread)
