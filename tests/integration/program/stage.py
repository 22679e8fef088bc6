"""`bridge run` as a process of its own beside the sandbox, and the people who write on both platforms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.view import People, RoomKind, Shown

PATIENCE = 20.0
"""Seconds after which what a test expects is not going to happen."""


class Person:
    """Somebody on one platform."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.patience = PATIENCE

    def room(self, name: str) -> str:
        """The id of a channel."""
        return next(room.id for room in self.people.rooms() if room.name == name and room.parent is None)

    @property
    def direct(self) -> str:
        """The id of the direct conversation with the bot."""
        return next(room.id for room in self.people.rooms() if room.kind is RoomKind.DIRECT)

    async def ask(self, channel: str, text: str) -> str:
        """Mention the bot in a channel; the id of the thread in which it answers, once it has."""
        room = self.room(channel)
        question = await self.people.say(room, f"{self.people.bot_mention} {text}")
        found: list[str] = []

        def opened() -> bool:
            found[:] = [r.id for r in self.people.rooms() if r.parent == room and r.id.endswith(question.id)]
            return bool(found) and bool(self.answers(found[0]))

        await self.until(opened)
        return found[0]

    async def write(self, room: str, text: str) -> Shown:
        """Write in a thread or direct conversation, without a mention."""
        return await self.people.say(room, text)

    def answers(self, room: str) -> list[str]:
        """What the bot says there now, message by message."""
        return [message.text for message in self.people.shown(room) if message.bot and not message.deleted]

    async def sees(self, room: str, *texts: str) -> None:
        """Wait until exactly these are the bot's messages there."""
        await self.until(lambda: self.answers(room) == list(texts), lambda: self.answers(room))

    async def until(self, condition: Callable[[], bool], shown: Callable[[], object] = lambda: "") -> None:
        """Wait until something holds; it is looked at after each change of the screen. Raises AssertionError."""
        changed = asyncio.Event()
        unwatch = self.people.watch(lambda _: changed.set())
        try:
            async with asyncio.timeout(self.patience):
                while not condition():
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            raise AssertionError(f"did not come about; seen at last: {shown()}") from None
        finally:
            unwatch()


class Stage:
    """A sandbox with people, and the program beside it."""

    def __init__(self, sandbox: Sandbox, config: Path) -> None:
        self.sandbox = sandbox
        self.config = config
        self.log = config.with_name("bridge.log")
        self.program = BridgeProcess(config, self.log, sandbox.wire)
        self.slack = Person(sandbox.slack)
        self.discord = Person(sandbox.discord)

    async def start(self) -> None:
        """Start the program and wait until both platforms are connected."""
        await self.program.start()
        assert await self.program.connected(PATIENCE), self.program.last_lines()

    async def stop(self) -> None:
        """Stop it as an operator does."""
        assert await self.program.stop() == 0, self.program.last_lines()

    def logged(self, event: str) -> Sequence[dict[str, Any]]:
        """The lines of the log with this event."""
        if not self.log.exists():
            return []
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def asked(self) -> list[list[str]]:
        """What was asked in each session of the chatbot service."""
        return [self.sandbox.vectorshift.asked(session) for session in self.sandbox.vectorshift.sessions]


def by_edits(config: str) -> str:
    """A configuration in which no message of Slack grows by streaming."""
    return config.replace("[platforms.slack]\n", "[platforms.slack]\nnative_streams = false\n")


@asynccontextmanager
async def stage(
    directory: Path, change: Callable[[str], str] = lambda text: text, *, word_seconds: float = 0.002
) -> AsyncIterator[Stage]:
    """A sandbox and the configuration for it, the latter `change`d; the program is not started yet."""
    async with Sandbox(word_seconds=word_seconds) as sandbox:
        config = sandbox.write_config(directory)
        config.write_text(change(config.read_text()))
        here = Stage(sandbox, config)
        try:
            yield here
        finally:
            await here.program.stop()
