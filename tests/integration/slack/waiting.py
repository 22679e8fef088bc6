"""Waiting for what a server has told, without sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.view import Change, ChangeKind, Shown
from bridge_sandbox.wire import Traffic, Wire

T = TypeVar("T")
PATIENCE = 10.0
"""Seconds after which something that should have happened is taken not to happen."""


async def on_screen(slack: FakeSlack, found: Callable[[Shown], bool]) -> Shown:
    """The first message, there already or to come, of which `found` is true."""
    for room in slack.rooms():
        for message in slack.shown(room.id):
            if found(message):
                return message
    changed: asyncio.Queue[Shown] = asyncio.Queue()

    def note(change: Change) -> None:
        if change.message is not None and change.kind in {ChangeKind.POSTED, ChangeKind.EDITED}:
            changed.put_nowait(change.message)

    stop = slack.watch(note)
    try:
        async with asyncio.timeout(PATIENCE):
            while not found(message := await changed.get()):
                pass
            return message
    finally:
        stop()


@asynccontextmanager
async def traffic(wire: Wire, found: Callable[[Traffic], bool]) -> AsyncIterator[None]:
    """Leaves the block once traffic of which `found` is true came after the block was entered."""
    seen = asyncio.Event()
    stop = wire.listen(lambda item: seen.set() if found(item) else None)
    try:
        yield
        async with asyncio.timeout(PATIENCE):
            await seen.wait()
    finally:
        stop()


async def until(wire: Wire, holds: Callable[[], bool]) -> None:
    """Returns once `holds()`; looks again after each item of traffic."""
    changed = asyncio.Event()
    stop = wire.listen(lambda _: changed.set())
    try:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                changed.clear()
                await changed.wait()
    finally:
        stop()
