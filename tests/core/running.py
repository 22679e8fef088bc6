"""The whole program in this process, between a MemoryWorld and a ScriptedService."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

import bridge.testing.memory
import bridge.testing.scripted
from bridge.app import App
from bridge.clock import Clock, SystemClock
from bridge.config import load_config
from bridge.model import SessionId, ThreadRef
from bridge.plugins import Plugins
from bridge.testing import MemoryWorld, Script, ScriptedService, echo, eventually

CONFIG = """
[bridge]
database = "sqlite:///bridge.db"
patience = "1s"
grace = "1s"

[platforms.memory]

[providers.scripted]

[chatbots.echo]
name = "echo"

[[routes]]
chatbot = "echo"
"""


class Place:
    """A world, a service and a database that outlive the bridges which run between them."""

    def __init__(self, directory: Path, world: MemoryWorld, service: ScriptedService) -> None:
        self.directory = directory
        self.world = world
        self.service = service

    @property
    def file(self) -> Path:
        """The operator's file."""
        return self.directory / "bridge.toml"

    @asynccontextmanager
    async def running(
        self,
        config: str = CONFIG,
        clock: Clock | None = None,
        made: Callable[[object], None] = lambda _: None,
        observer: object = None,
    ) -> AsyncIterator[App]:
        """A bridge that is connected; stopped at the end as by SIGTERM. `made` is that of App, `observer` a plugin."""
        path = self.file
        path.write_text(config)
        plugins = Plugins()
        plugins.register(bridge.testing.memory, "memory")
        plugins.register(bridge.testing.scripted, "scripted")
        if observer is not None:
            plugins.register(observer, "observer")
        app = App(load_config(path, plugins), plugins, clock or SystemClock(), made=made)
        task = asyncio.create_task(app.run())
        try:
            await self.world.until(lambda: self.world.connected or task.done())
            yield app
        finally:
            app.stop()
            await task

    async def answered(self, thread: ThreadRef, *texts: str) -> None:
        """Wait until exactly these messages stand in a thread."""
        try:
            await self.world.until(lambda: self.world.shown(thread) == texts, timeout=5)
        except TimeoutError:
            assert self.world.shown(thread) == texts

    async def taken(self, count: int) -> None:
        """Wait until this many messages were accepted, ever."""
        await eventually(lambda: self.count("SELECT count(*) FROM messages") == count)

    async def ended(self, count: int) -> None:
        """Wait until this many turns are over."""
        await eventually(lambda: self.count("SELECT count(*) FROM turns WHERE ended_at IS NOT NULL") == count)

    def count(self, query: str) -> int:
        """A number from the database."""
        return int(self.text(query))

    def text(self, query: str) -> str:
        """A value from the database."""
        with closing(sqlite3.connect(self.directory / "bridge.db")) as connection:
            return str(connection.execute(query).fetchone()[0])

    def session(self) -> SessionId:
        """The only session that was ever opened."""
        (session,) = self.service.sessions
        return session


@asynccontextmanager
async def place(directory: Path, scripts: Mapping[str, Script] | None = None) -> AsyncIterator[Place]:
    """A place with a service of these scripts, by default one that echoes."""
    async with ScriptedService(dict(scripts or {"echo": echo})) as service:
        yield Place(directory, MemoryWorld(idempotent=False), service)
