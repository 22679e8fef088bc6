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
    """How fast Slack's times pass: three seconds for an acknowledgement in 0.15."""
    return 0.05


@pytest.fixture
async def slack(wire: Wire, scale: float) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(wire, scale=scale) as fake:
        yield fake
