"""A chatbot service in memory. Its provider is ScriptedProvider."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, Self
from weakref import WeakValueDictionary

from bridge.chatbot import (
    ApprovalRequest,
    Complete,
    Delta,
    EndReason,
    ReauthorizationRequest,
    Sender,
    SessionEvent,
    SessionMessage,
    TurnEnded,
)
from bridge.errors import ChatbotError, ChatbotUnavailable, SessionLost
from bridge.model import SessionId
from bridge.testing.record import SessionRecord

Step = SessionEvent | asyncio.Event
"""An event to send, or something to wait for before the next one."""

Answer = str | Iterable[Step] | AsyncIterator[Step]
"""What a script gives: a text, streamed word by word, or the events themselves."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One turn as a script sees it: the messages of the person, and those that the session held before."""

    messages: tuple[str, ...]
    turn: int
    """Counted from 1 within the session."""
    earlier: tuple[SessionMessage, ...]
    responses: list[bool]
    """The answers to the approval requests of this turn so far."""

    @property
    def text(self) -> str:
        """The messages as one text."""
        return "\n\n".join(self.messages)


Script = Callable[[Ask], Answer]


def echo(ask: Ask) -> str:
    """The default script: says what it was told, and how often it has been asked."""
    return f"{ask.turn}: {ask.text}"


class ScriptedService:
    """The other side of a ScriptedProvider. It outlives its providers, as a service outlives a restart of the bridge.

    `name` is what the key `service` of a `[providers.…]` table of type "scripted" refers to; `scripts` maps the names
    of its chatbots to what they say. Use it as an async context manager, so that no turn outlives the test.
    """

    _by_name: ClassVar[WeakValueDictionary[str, ScriptedService]] = WeakValueDictionary()

    def __init__(self, scripts: dict[str, Script] | None = None, *, name: str = "scripted") -> None:
        self.scripts: dict[str, Script] = scripts or {"echo": echo}
        self.sessions: dict[SessionId, SessionRecord] = {}
        self.down = False
        """While True every call fails with ChatbotUnavailable."""
        self._faults: defaultdict[str, list[ChatbotError]] = defaultdict(list)
        self._numbers = itertools.count(1)
        ScriptedService._by_name[name] = self

    @classmethod
    def named(cls, name: str) -> ScriptedService:
        """The living service of this name. Raises LookupError when there is none."""
        service = cls._by_name.get(name)
        if service is None:
            raise LookupError(f"no ScriptedService named {name!r} exists; make it first, and keep a reference to it")
        return service

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [record.task for record in self.sessions.values() if record.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # What goes wrong

    def fail(self, operation: str, error: ChatbotError, *, times: int = 1) -> None:
        """Let the next calls of `operation` fail: "fetch", "create", "resume", "send" or "messages"."""
        self._faults[operation] += [error] * times

    def relent(self) -> None:
        """Forget every failure that has not come up yet."""
        self._faults.clear()

    def forget(self, session: SessionId) -> None:
        """Lose a session, as if it had never been."""
        self.sessions[session].ended = True

    def cut(self, session: SessionId, error: ChatbotError | None = None) -> None:
        """Let whoever listens to a session get an error; the session itself goes on."""
        for listener in tuple(self.sessions[session].listeners):
            listener(error or ChatbotUnavailable("the connection is cut"))

    def asked(self, session: SessionId) -> list[str]:
        """Every message that people sent to a session, in order."""
        return [text for messages in self.sessions[session].asked for text in messages]

    # The provider's side

    def check(self, operation: str) -> None:
        """Raises what is scripted for a call of `operation`."""
        if self.down:
            raise ChatbotUnavailable("the service is down")
        if self._faults[operation]:
            raise self._faults[operation].pop(0)

    def create(self, chatbot: str) -> SessionRecord:
        """Open a session with a chatbot."""
        record = SessionRecord(SessionId(f"S{next(self._numbers)}"), chatbot)
        self.sessions[record.id] = record
        return record

    def find(self, session: SessionId) -> SessionRecord:
        """The session of this id. Raises SessionLost."""
        record = self.sessions.get(session)
        if record is None or record.ended:
            raise SessionLost(f"no session {session}")
        return record

    def ask(self, record: SessionRecord, messages: tuple[str, ...]) -> None:
        """Begin a turn."""
        ask = Ask(messages, len(record.asked) + 1, tuple(record.messages), record.responses)
        record.asked.append(messages)
        record.responses.clear()
        for text in messages:
            record.messages.append(SessionMessage(f"Q{next(self._numbers)}", Sender.USER, text))
        record.task = asyncio.get_running_loop().create_task(self._answer(record, ask))

    def stop(self, record: SessionRecord) -> None:
        """End the running turn, if there is one; what was said stays said."""
        if record.task is not None and record.running:
            record.task.cancel()
            record.finish()
            record.tell(TurnEnded(EndReason.STOPPED))

    async def _answer(self, record: SessionRecord, ask: Ask) -> None:
        try:
            answer = self.scripts[record.chatbot](ask)
            async for step in _steps(answer, f"A{next(self._numbers)}"):
                if isinstance(step, asyncio.Event):
                    await step.wait()
                    continue
                record.tell(step)
                if isinstance(step, TurnEnded):
                    return
                if isinstance(step, ApprovalRequest | ReauthorizationRequest):
                    record.responded.clear()
                    record.tell(TurnEnded(EndReason.WAITING))
                    await record.responded.wait()
            record.tell(TurnEnded(EndReason.ANSWERED))
        except ChatbotError as error:
            record.finish(str(error))
            record.tell(TurnEnded(EndReason.FAILED, str(error)))


async def _steps(answer: Answer, message_id: str) -> AsyncIterator[Step]:
    if isinstance(answer, str):
        for piece in re.findall(r"\S+\s*|\s+", answer):
            yield Delta(message_id, piece)
            await asyncio.sleep(0)
        yield Complete(message_id, answer)
    elif isinstance(answer, AsyncIterator):
        async for step in answer:
            yield step
    else:
        for step in answer:
            yield step
            await asyncio.sleep(0)
