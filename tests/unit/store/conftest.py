from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.store import Store
from tests.unit.store.making import Opener, SetClock, opener


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def open_it(tmp_path: Path, clock: SetClock) -> AsyncIterator[Opener]:
    """Opens the test's database; every store that it gave is closed after the test."""
    opened: list[Store] = []
    yield opener(tmp_path, clock, opened)
    for store in opened:
        await store.close()


@pytest.fixture
async def store(open_it: Opener) -> Store:
    return await open_it(exclusive=True)
