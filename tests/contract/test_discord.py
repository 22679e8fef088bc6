"""The Discord adapter keeps the platform contract, against the fake Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bridge.testing.contracts import PlatformContract
from bridge_sandbox.discord import FakeDiscord
from bridge_sandbox.wire import Wire
from tests.integration.discord.side import Side


class TestDiscord(PlatformContract):
    @pytest.fixture
    async def side(self) -> AsyncIterator[Side]:
        fake = FakeDiscord(Wire())
        await fake.start()
        side = Side(fake)
        yield side
        await side.platform.close()
        await fake.stop()
