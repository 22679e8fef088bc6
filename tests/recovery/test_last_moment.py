"""Two things at once: the receipt of a first text fails in the very moment in which the answer ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge import Complete, Delta, MessageId, StoreBusy
from bridge.store import Store
from bridge.testing import Ask, ScriptedService
from bridge.testing.script import Step
from tests.core.running import Place
from tests.recovery.asking import PLATFORMS, world_of
from tests.recovery.stopped import HastyClock

TURNS = 8
"""So many turns of the event loop lie between the two at most, in either order: more than what they set off takes."""


class Receipt:
    """A receipt that is in the database for long before the bridge hears, and then hears that it is busy."""

    def __init__(self, store: Store) -> None:
        self._posted = store.parts.posted
        self._heard: asyncio.Event | None = None
        store.parts.posted = self.posted  # type: ignore[method-assign]

    async def posted(self, turn: int, number: int, message: MessageId) -> None:
        await self._posted(turn, number, message)
        if self._heard is not None:
            heard, self._heard = self._heard, None
            await heard.wait()
            raise StoreBusy

    def hold(self) -> asyncio.Event:
        """Hold the next one, until the event that is returned is set."""
        self._heard = asyncio.Event()
        return self._heard


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_receipt_fails_as_the_answer_ends(tmp_path: Path, platform: str) -> None:
    receipts: list[Receipt] = []
    rest = asyncio.Event()

    async def script(ask: Ask) -> AsyncIterator[Step]:
        yield Delta("a", "You")
        yield rest
        yield Complete("a", f"You said {ask.text}")

    def made(something: object) -> None:
        if isinstance(something, Store):
            receipts.append(Receipt(something))

    async with ScriptedService({"echo": script}) as service:
        here, clock = Place(tmp_path, world_of(platform), service), HastyClock()
        async with here.running(clock=clock, made=made):
            for lag in range(-TURNS, TURNS + 1):
                rest.clear()
                heard = receipts[0].hold()
                question = await here.world.say(f"{lag}", mention=True)
                await here.answered(question.thread, "You")
                first, second = (heard, rest) if lag > 0 else (rest, heard)
                first.set()
                for _ in range(abs(lag)):
                    await asyncio.sleep(0)
                second.set()
                await here.ended(lag + TURNS + 1)
                assert here.world.shown(question.thread) == (f"You said {lag}",), lag
