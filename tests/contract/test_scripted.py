"""The scripted provider keeps the contract of providers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from bridge import Delta, SessionEvent, SessionId, TurnFailed
from bridge.testing import Ask, ScriptedChatbotTable, ScriptedProvider, ScriptedService, echo, eventually
from bridge.testing.contracts import ProviderContract, ProviderSide


async def endless(ask: Ask) -> AsyncIterator[SessionEvent]:
    """Writes until it is stopped."""
    while True:
        yield Delta(f"E{ask.turn}", "on and ")
        await asyncio.sleep(0)


async def fails(ask: Ask) -> AsyncIterator[SessionEvent]:
    """Gives up in the middle."""
    yield Delta("F", "I was about to")
    raise TurnFailed("no idea")


class Side:
    """A ScriptedService as the contract needs it."""

    def __init__(self, service: ScriptedService) -> None:
        self.service = service
        self.provider = ScriptedProvider(service)

    def settings(self, chatbot: str) -> ScriptedChatbotTable:
        return ScriptedChatbotTable(name=chatbot)

    def asked(self, session: SessionId) -> Sequence[str]:
        return self.service.asked(session)

    async def finished(self, session: SessionId) -> None:
        await eventually(lambda: not self.service.sessions[session].running)

    def forget(self, session: SessionId) -> None:
        self.service.forget(session)

    async def down(self) -> None:
        self.service.down = True

    async def up(self) -> None:
        self.service.down = False


class TestScripted(ProviderContract):
    """With the echo script and two that do not end well."""

    @pytest.fixture
    async def side(self) -> AsyncIterator[ProviderSide]:
        async with ScriptedService({"echo": echo, "endless": endless, "fails": fails}) as service:
            side = Side(service)
            yield side
            await side.provider.close()
