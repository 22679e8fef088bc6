"""The platform and the chatbot keep the contracts of bridge."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import time
from collections.abc import AsyncIterator, Sequence

import pytest
from bridge_echo.config import EchoChatbotTable, EchoPlatformTable
from bridge_echo.platform import MENTION, EchoPlatform

from bridge import InstanceName, Message, MessageRef, Operation, PlatformContext, SystemClock, ThreadRef
from bridge.testing.contracts import Failure, PlatformContract, PlatformSide


class Side:
    """A person at the other end of the line."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.up = asyncio.Event()
        context = PlatformContext(InstanceName("echo"), SystemClock(), lambda *_, **__: None, lambda *_: self.up.set())
        self.platform = EchoPlatform(EchoPlatformTable(port=self.port), context)
        self.numbers = itertools.count(1)
        self.taken: list[socket.socket] = []

    async def ready(self) -> None:
        await self.up.wait()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def say(
        self, text: str, *, mention: bool = False, direct: bool = False, thread: ThreadRef | None = None
    ) -> None:
        said = {"id": str(next(self.numbers)), "at": time.time(), "author": "ada", "text": f"{MENTION * mention}{text}"}
        if thread is not None:
            said |= {"room": thread.channel, "thread": thread.id}
        elif not direct:
            said["room"] = "lobby"
        answer = "again"
        while answer == "again":
            self.writer.write(json.dumps(said).encode() + b"\n")
            answer = await self.answer(str(said["id"]))

    async def answer(self, message: str) -> str:
        """What the bridge says about a message: "ack" or "again"."""
        async for line in self.reader:
            for verb, about in json.loads(line).items():
                if verb in {"ack", "again"} and about == message:
                    return str(verb)
        raise EOFError

    async def change(self, message: Message, text: str) -> None:
        pytest.skip("what was said on a line stays said")

    async def delete(self, message: Message) -> None:
        pytest.skip("what was said on a line stays said")

    async def remove(self, ref: MessageRef) -> None:
        pytest.skip("what was said on a line stays said")

    def shown(self, thread: ThreadRef) -> Sequence[str]:
        return self.platform.screen(thread)

    def files(self, thread: ThreadRef) -> Sequence[bytes]:
        return []

    def mentions(self) -> Sequence[str]:
        return ["@ada"]

    def pinged(self) -> Sequence[str]:
        """Nothing pings on a line of text."""
        return []

    def fail(self, operation: Operation, failure: Failure) -> None:
        pytest.skip(f"a {operation} on this machine is never {failure}")

    async def refuse(self) -> None:
        """There are no credentials: take the port."""
        self.taken.append(socket.create_server(("127.0.0.1", self.port)))

    async def close(self) -> None:
        await self.platform.close()
        for taken in self.taken:
            taken.close()
        if hasattr(self, "writer"):
            self.writer.close()
            await self.writer.wait_closed()


class TestEcho(PlatformContract):
    """What is claimed, and nothing more."""

    @pytest.fixture
    async def side(self) -> AsyncIterator[PlatformSide]:
        side = Side()
        yield side
        await side.close()


def test_a_chatbot_has_a_greeting() -> None:
    assert EchoChatbotTable(greeting="Aha").greeting == "Aha"
