"""The provider and the service that it talks to, on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bridge_sandbox.vectorshift import FakeVectorShift
from bridge_sandbox.wire import Wire
from bridge_vectorshift.chatbot import VectorShift
from tests.integration.vectorshift.parties import HURRY, HurriedClock, provider_of


@pytest.fixture
async def service() -> AsyncIterator[FakeVectorShift]:
    """A running service; its bots write quickly."""
    fake = FakeVectorShift(Wire(), word_seconds=0.001)
    await fake.start()
    yield fake
    await fake.close()


@pytest.fixture
async def provider(service: FakeVectorShift) -> AsyncIterator[VectorShift]:
    """An account at it."""
    provider = provider_of(service)
    yield provider
    await provider.close()


@pytest.fixture
async def hurried(service: FakeVectorShift) -> AsyncIterator[VectorShift]:
    """An account at it, whose pings, patience and lingering take a small part of their time."""
    provider = provider_of(service, clock=HurriedClock(HURRY))
    yield provider
    await provider.close()
