"""The Slack adapter keeps the platform contract, against the fake Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bridge.testing.contracts import PlatformContract
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.wire import Wire
from tests.integration.slack.side import Side


class TestSlack(PlatformContract):
    @pytest.fixture
    async def side(self) -> AsyncIterator[Side]:
        # A mention would arrive twice, as an event of each kind; who takes events must cope with that, this suite not.
        fake = FakeSlack(Wire(), scale=0.3, twins=False)
        await fake.start()
        side = Side(fake)
        yield side
        await side.platform.close()
        await fake.stop()
