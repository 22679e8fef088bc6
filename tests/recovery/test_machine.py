"""Anything in any order: questions, failures, lost sessions, crashes, take-overs. In the end everything is right.

`HYPOTHESIS_PROFILE=long pytest tests/recovery/test_machine.py` looks for much longer.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bridge import Complete, Delta, OutcomeUnknown, PlatformUnavailable, RateLimited, notices
from bridge.errors import ChatbotUnavailable, Forbidden, PlatformError, StoreInUse
from bridge.model import Message
from bridge.platform import Operation
from bridge.store.lease import FRESH
from bridge.testing import Ask, ScriptedService, eventually
from bridge.testing.crash import Fuse
from bridge.testing.messages import with_bot
from bridge.testing.script import Step
from tests.recovery.asking import PIECE, PLATFORMS, world_of
from tests.recovery.stopped import PATIENCE, Stage, template

EXAMPLES = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "default")).max_examples // 4
OWN = {notices.FORGOTTEN, notices.ELSEWHERE}
"""What the bridge itself may say when a session is lost, or a thread refuses an answer."""
TROUBLES: Sequence[tuple[Operation, PlatformError, bool]] = [
    (operation, error, done)
    for operation in (Operation.POST, Operation.EDIT, Operation.HISTORY, Operation.STREAM_START, Operation.STREAM_STOP)
    for error, done in [
        (OutcomeUnknown(), True),
        (OutcomeUnknown(), False),
        (RateLimited(retry_after=0.5), False),
        (PlatformUnavailable(), False),
    ]
]

MOMENTS = ["after post", "after start_stream", "after send", "after edit", "before TurnEnded"]
"""When a crash is worst."""


async def say(ask: Ask) -> AsyncIterator[Step]:
    """A chatbot whose answer names the question that it is to."""
    for text in ask.messages:
        yield Delta(f"A{text}", "re ")
        await asyncio.sleep(PIECE)
        yield Complete(f"A{text}", f"re {text}")


class Bridges(RuleBasedStateMachine):
    """One bridge after the other on one database, and everything that may happen around them."""

    @initialize(platform=st.sampled_from(PLATFORMS))
    def begin(self, platform: str) -> None:
        """A world without anybody."""
        self.runner = asyncio.Runner()
        self.directory = Path(tempfile.mkdtemp())
        self.service = ScriptedService({"echo": say})
        self.refused = self.unreachable = False
        self.messages: list[Message] = []
        self.crashes: list[str] = []

        async def stage() -> Stage:
            model = await template(self.directory / "empty")
            return Stage(self.directory / "stage", model, world_of(platform), self.service)

        self.stage = self._do(stage())
        self.fuse, self.process = self._do(self._start())

    def _do(self, work: Any) -> Any:
        return self.runner.run(work)

    async def _start(self) -> tuple[Fuse, asyncio.Task[bool]]:
        fuse = Fuse(10**9)
        before = self.stage.world.connected
        process = self.stage.start(fuse)
        await eventually(lambda: self.stage.world.connected > before or process.done() or fuse.dead)
        for message in self.messages:  # whether it was acknowledged, a platform knows no better than we do
            self.stage.world.send(message)
        return fuse, process

    @rule(first=st.booleans(), which=st.integers(0, 9))
    def ask(self, first: bool, which: int) -> None:
        """Somebody asks, in a new thread or in one that is there."""
        text = f"question{len(self.messages) + 1}"
        begun = [message for message in self.messages if message.starts]
        thread = None if first or not begun else begun[which % len(begun)].thread
        self.messages.append(self._do(self.stage.world.say(text, mention=True, thread=thread)))
        self.stage.said = self.messages

    @precondition(lambda self: self.messages)
    @rule(which=st.integers(0, 99))
    def redeliver(self, which: int) -> None:
        """The platform delivers something again."""

        async def send() -> None:
            self.stage.world.send(self.messages[which % len(self.messages)])

        self._do(send())

    @rule(rounds=st.integers(1, 40))
    def go_on(self, rounds: int) -> None:
        """Time passes."""

        async def settle() -> None:
            await eventually(lambda: len(self.fuse.names) >= wanted or not self.stage.unanswered or self.fuse.dead)

        wanted = len(self.fuse.names) + rounds
        self._do(settle())

    @rule(trouble=st.sampled_from(TROUBLES))
    def fail(self, trouble: tuple[Operation, PlatformError, bool]) -> None:
        """The next call of a kind fails."""
        operation, error, done = trouble
        self.stage.world.fail(operation, error, done=done)

    @precondition(lambda self: not self.refused)
    @rule()
    def refuse(self) -> None:
        """A post is refused for good. What is refused in the thread and to the asker has nowhere to go: only once."""
        self.refused = True
        self.stage.world.fail(Operation.POST, Forbidden())

    @precondition(lambda self: not self.unreachable)
    @rule(operation=st.sampled_from(["create", "resume", "send", "messages"]))
    def chatbot_fails(self, operation: str) -> None:
        """The chatbot cannot be reached for one call; after three, people would be told so."""
        self.unreachable = True
        self.service.fail(operation, ChatbotUnavailable())

    @rule()
    def lose(self) -> None:
        """The service forgets all sessions, if none is being asked anything."""
        if not self.stage.unanswered:  # which rules there are to choose from must not depend on how fast things go
            for session in self.service.sessions:
                self.service.forget(session)

    @rule(at=st.integers(1, 30) | st.sampled_from(MOMENTS))
    def crash(self, at: int | str) -> None:
        """The bridge is stopped dead a few effects later, or at the next of a name, and another one starts."""
        self.ask(first=False, which=len(self.messages))

        async def crash() -> tuple[Fuse, asyncio.Task[bool]]:
            self.fuse.stop_at(at if isinstance(at, str) else len(self.fuse.names) + at)
            await eventually(lambda: self.fuse.dead or not self.stage.unanswered)
            self.crashes.append(self.fuse.names[-1] if self.fuse.names else "")
            await self.fuse.bury(self.process)
            self.stage.world.hang_up()
            return await self._start()

        self.fuse, self.process = self._do(crash())

    @rule(rounds=st.integers(1, 30))
    def take_over(self, rounds: int) -> None:
        """The bridge stands still, another one takes its lease, and then it goes on."""
        self.ask(first=False, which=len(self.messages))
        self.go_on(rounds)

        async def take_over() -> tuple[Fuse, asyncio.Task[bool]]:
            earlier, process = self.fuse, self.process
            earlier.pause()
            self.stage.unlock()
            began = self.stage.world.clock.monotonic()
            later = await self._start()
            await eventually(lambda: self.stage.world.clock.monotonic() - began >= FRESH)
            earlier.resume()
            self.stage.world.send(self.messages[-1])
            try:
                async with asyncio.timeout(PATIENCE):
                    await process
            except StoreInUse:
                return later
            raise AssertionError("two of them go on")

        self.fuse, self.process = self._do(take_over())

    def teardown(self) -> None:
        """All that is wrong gets well, and then every question has its answer, once and in order."""
        if not hasattr(self, "process"):
            return
        try:
            self._do(self._end())
        finally:
            self.runner.close()
            shutil.rmtree(self.directory)

    async def _end(self) -> None:
        try:
            self.stage.world.turnstile.relent()
            self.service.relent()
            for message in self.messages:
                self.stage.world.send(message)
            await eventually(lambda: not self.stage.unanswered, timeout=20)
            await self._judge()
        finally:
            await self.fuse.bury(self.process)
            await self.service.__aexit__()

    async def _judge(self) -> None:
        asked = [text for texts in self.stage.asked for text in texts]
        assert Counter(asked) == Counter(message.text for message in self.messages), (asked, self.crashes)
        direct = self.stage.world.shown(with_bot(self.stage.world.instance, "Ada"))
        for start in (message for message in self.messages if message.starts):
            texts = [message.text for message in self.messages if message.thread == start.thread]
            assert [text for text in asked if text in texts] == texts, (asked, self.crashes)
            here = [text for text in self.stage.world.shown(start.thread) if text not in OWN]
            elsewhere = [text for text in direct if text not in OWN and set(text.split()) & set(texts)]
            words = " ".join(here + elsewhere).split()
            wanted = [word for text in texts for word in ("re", text)]
            assert sorted(words) == sorted(wanted), (self.stage.world.shown(start.thread), direct, self.crashes)
            if not elsewhere:
                assert words == wanted, (here, self.crashes)


Bridges.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=12,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
TestBridges = Bridges.TestCase
