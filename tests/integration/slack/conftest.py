from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.wire import Wire


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def scale() -> float:
    """How fast Slack's times pass: with 0.05 it waits 0.15 s for an acknowledgement, not three."""
    return 1.0


@pytest.fixture
async def slack(wire: Wire, scale: float) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(wire, scale=scale) as fake:
        yield fake
