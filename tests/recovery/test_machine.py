"""Any order of questions, redeliveries, failures, crashes and stops: every question gets one answer, in order."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from bridge import (
    ChatbotUnavailable,
    Complete,
    Delta,
    NotEditable,
    Operation,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
)
from bridge.app import App
from bridge.dialogue import ATTEMPTS
from bridge.model import Message
from bridge.platform import PartKind
from bridge.testing import Ask, ScriptedService, eventually
from bridge.testing.crash import Fuse
from bridge.testing.script import Step
from tests.recovery.asking import PIECE, PLATFORMS, world_of
from tests.recovery.stopped import HastyClock, Stage, Template, template

T = TypeVar("T")
ERRORS = {
    "limited": RateLimited(retry_after=0.2),
    "down": PlatformUnavailable(),
    "lost": OutcomeUnknown(),
    "too old": NotEditable(),
}
CALLS = st.sampled_from([Operation.POST, Operation.EDIT, Operation.STREAM_APPEND, Operation.STREAM_STOP])


def answer(question: str) -> str:
    """What the chatbot says, some of it longer than a message."""
    return f"Re {question}: " + "word " * (40 if question.endswith("3") else 4) + "end"


async def say(ask: Ask) -> AsyncIterator[Step]:
    text = answer(ask.text)
    for start in range(0, len(text), 60):
        yield Delta(ask.text, text[start : start + 60])
        await asyncio.sleep(PIECE)
    yield Complete(ask.text, text)


class Bridges(RuleBasedStateMachine):
    """One database, one platform and one chatbot service, and bridges that come and go between them."""

    threads: Bundle[Message] = Bundle("threads")
    made: Template | None = None

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.directory = Path(tempfile.mkdtemp())
        self.running: tuple[App, asyncio.Task[Any], Fuse] | None = None
        self.asked: dict[str, list[Message]] = {}
        self.number = self.interruptions = 0

    def do(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize(platform=st.sampled_from(PLATFORMS))
    def begin(self, platform: str) -> None:
        model = self.do(template(self.directory / "empty"))
        self.service = ScriptedService({"echo": say})
        self.stage = Stage(self.directory / "stage", model, world_of(platform), self.service)
        self.world = self.stage.world
        self.start()

    @precondition(lambda self: self.running is None)
    @rule()
    def start(self) -> None:
        async def started() -> tuple[App, asyncio.Task[Any], Fuse]:
            fuse = Fuse()
            app = App(self.stage.config, self.stage.plugins, HastyClock(), made=fuse.wire)
            process = asyncio.create_task(app.run())
            await self.world.until(lambda: self.world.connected)
            return app, process, fuse

        self.running = self.do(started())

    @precondition(lambda self: self.running is not None)
    @rule()
    def crash(self) -> None:
        assert self.running is not None
        _, process, fuse = self.running
        fuse.strike()
        self.do(fuse.bury(process))
        self.world.hang_up()
        self.running = None

    @precondition(lambda self: self.running is not None)
    @rule()
    def stop(self) -> None:
        assert self.running is not None
        app, process, _ = self.running
        app.stop()
        app.stop()
        self.do(process)
        self.running = None

    @rule(target=threads)
    def ask(self) -> Message:
        self.number += 1
        question = self.do(self.world.say(f"q{self.number}", mention=True))
        self.asked[question.thread.id] = [question]
        return question

    @rule(thread=threads)
    def go_on(self, thread: Message) -> None:
        if self.running is None or not self.known(thread):
            return  # nobody follows up on what was not heard yet
        self.number += 1
        message = self.do(self.world.say(f"q{self.number}", thread=thread.thread))
        self.asked[thread.thread.id].append(message)

    @rule(thread=threads)
    def redeliver(self, thread: Message) -> None:
        for message in self.asked[thread.thread.id]:
            self.world.send(message)

    @rule(call=CALLS, error=st.sampled_from(sorted(ERRORS)), done=st.booleans())
    def fail(self, call: Operation, error: str, *, done: bool) -> None:
        if error == "too old" and call is not Operation.EDIT:
            return
        self.world.fail(call, ERRORS[error], done=done and error == "lost")

    @precondition(lambda self: self.interruptions < ATTEMPTS - 1)
    @rule(operation=st.sampled_from(["create", "resume", "send", "messages"]))
    def fail_chatbot(self, operation: str) -> None:
        self.interruptions += 1  # one more, and people are told that the chatbot cannot be reached
        self.service.fail(operation, ChatbotUnavailable("down for a moment"))

    @rule(seconds=st.sampled_from([0.0, 0.005, 0.02, 0.1]))
    def wait(self, seconds: float) -> None:
        self.do(asyncio.sleep(seconds))

    @invariant()
    def nothing_is_asked_twice(self) -> None:
        questions = [text for asked in self.stage.asked for text in asked] if hasattr(self, "stage") else []
        assert len(questions) == len(set(questions)), questions

    def known(self, question: Message) -> bool:
        return self.stage.count(f"SELECT count(*) FROM messages WHERE message = '{question.id}'") > 0  # noqa: S608

    def teardown(self) -> None:
        try:
            if hasattr(self, "stage"):
                self.settle()
        finally:
            self.loop.close()
            shutil.rmtree(self.directory)

    def settle(self) -> None:
        """Let everything that goes wrong end, and hold what people see against what they asked."""
        self.world.turnstile.relent()
        if self.running is None:
            self.start()
        for messages in self.asked.values():
            for message in messages:
                self.world.send(message)
        self.stage.said = [message for messages in self.asked.values() for message in messages]
        self.do(eventually(lambda: not self.stage.unanswered, what="every question has an end"))
        self.stop()
        self.do(self.service.__aexit__())
        self.nothing_is_asked_twice()
        for messages in self.asked.values():
            thread = messages[0].thread
            shown = [shown for shown in self.world.messages(thread) if shown.kind is PartKind.ANSWER]
            words = [word for message in shown for word in message.text.split()]
            assert words == [word for message in messages for word in answer(message.text).split()]


TestBridges = Bridges.TestCase
TestBridges.settings = settings(
    max_examples=int(os.environ.get("MACHINE_EXAMPLES", "12")),
    stateful_step_count=15,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
