from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from bridge.testing.contracts import Inbox
from bridge_sandbox.discord import FakeDiscord
from bridge_sandbox.wire import Wire
from tests.integration.discord.side import Side


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def fake(wire: Wire) -> AsyncIterator[FakeDiscord]:
    fake = FakeDiscord(wire)
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def side(fake: FakeDiscord) -> AsyncIterator[Side]:
    """An adapter that does not run yet."""
    side = Side(fake)
    yield side
    await side.platform.close()


@pytest.fixture
async def inbox(side: Side) -> AsyncIterator[Inbox]:
    """Where the running, connected adapter delivers."""
    inbox = Inbox()
    running = asyncio.create_task(side.platform.run(inbox.deliver))
    await side.ready()
    yield inbox
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
