"""How the tests speak with a session."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bridge import (
    Clock,
    Complete,
    Delta,
    EndReason,
    ProviderContext,
    Secret,
    SessionEvent,
    SessionId,
    SystemClock,
    TurnEnded,
)
from bridge_sandbox.vectorshift import FakeVectorShift
from bridge_vectorshift.chatbot import VectorShift
from bridge_vectorshift.config import ChatbotTable, VectorShiftTable
from bridge_vectorshift.session import VectorShiftSession

HURRY = 20.0
ANSWERED = TurnEnded(EndReason.ANSWERED)
STOPPED = TurnEnded(EndReason.STOPPED)


class HurriedClock(SystemClock):
    """Time that passes `factor` times as fast."""

    def __init__(self, factor: float) -> None:
        self._factor = factor

    def monotonic(self) -> float:
        return super().monotonic() * self._factor

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / self._factor)


def provider_of(
    service: FakeVectorShift, *, clock: Clock | None = None, key: str | None = None, linger: str = "30s"
) -> VectorShift:
    table = VectorShiftTable.model_validate(
        {"api_key": Secret(key or service.api_key), "api_url": service.api_url, "linger": linger}
    )
    return VectorShift(table, ProviderContext("vectorshift", clock or SystemClock()))


async def open_session(
    provider: VectorShift, name: str = "echo", resume: SessionId | None = None
) -> VectorShiftSession:
    chatbot = await provider.fetch(ChatbotTable(name=name, kind="agent" if name == "helper" else "chatbot"))
    return await (chatbot.create_session() if resume is None else chatbot.resume_session(resume))


async def heard(session: VectorShiftSession) -> list[SessionEvent]:
    """All events of the turn."""
    async with asyncio.timeout(15):
        return [event async for event in session.listen()]


async def ask(session: VectorShiftSession, *questions: str) -> str:
    """The text of the answer, once it is there."""
    await session.send(*questions)
    events = await heard(session)
    assert events[-1] == ANSWERED
    return said(events)


async def first_delta(session: VectorShiftSession) -> str:
    """Listen until there is a word, and return it."""
    async with asyncio.timeout(15):
        async for event in session.listen():
            if isinstance(event, Delta | Complete):
                return event.text
    raise AssertionError("the turn ended without a word")


def said(events: Sequence[SessionEvent]) -> str:
    """The text as it would be shown in the end."""
    texts: dict[str, str] = {}
    for event in events:
        if isinstance(event, Delta):
            texts[event.message_id] = texts.get(event.message_id, "") + event.text
        elif isinstance(event, Complete):
            texts[event.message_id] = event.text
    return "\n\n".join(texts.values())
