from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.wire import Wire


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def slack(wire: Wire) -> AsyncIterator[FakeSlack]:
    fake = FakeSlack(wire, scale=0.05)
    await fake.start()
    yield fake
    await fake.stop()
