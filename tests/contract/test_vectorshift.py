"""The VectorShift provider keeps the provider contract, against the fake VectorShift."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from bridge import ProviderContext, Secret, SessionId, SystemClock
from bridge.testing import eventually
from bridge.testing.contracts import ProviderContract, ProviderSide
from bridge_sandbox.vectorshift import FakeVectorShift
from bridge_sandbox.wire import Wire
from bridge_vectorshift.chatbot import VectorShift
from bridge_vectorshift.config import ChatbotTable, VectorShiftTable

NAMES = {"echo": "echo", "endless": "slow", "fails": "fails", "unknown": "no such chatbot"}


class Side:
    """A FakeVectorShift as the contract needs it."""

    def __init__(self, service: FakeVectorShift, *, linger: float) -> None:
        self.service = service
        table = VectorShiftTable(
            api_key=Secret(service.api_key),
            api_url=service.api_url,
            ws_url=service.ws_url,
            linger=timedelta(seconds=linger),
        )
        self.provider = VectorShift(table, ProviderContext("vectorshift", SystemClock()))

    def settings(self, chatbot: str) -> ChatbotTable:
        return ChatbotTable(name=NAMES[chatbot])

    def asked(self, session: SessionId) -> Sequence[str]:
        return self.service.asked(session)

    async def finished(self, session: SessionId) -> None:
        await eventually(lambda: not self.service.sessions[session].busy)

    def forget(self, session: SessionId) -> None:
        self.service.forget(session)

    async def down(self) -> None:
        await self.service.stop()

    async def up(self) -> None:
        await self.service.start()


class TestVectorShift(ProviderContract):
    """With a connection for each turn, and with one that lingers for the next."""

    @pytest.fixture(params=[0, 30], ids=["detached at once", "lingering"])
    async def side(self, request: pytest.FixtureRequest) -> AsyncIterator[ProviderSide]:
        service = FakeVectorShift(Wire(), word_seconds=0.003)
        await service.start()
        side = Side(service, linger=request.param)
        yield side
        await side.provider.close()
        await service.close()
