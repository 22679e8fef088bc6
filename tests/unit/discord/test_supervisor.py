"""A client that is cancelled ends, whatever it awaits."""

from __future__ import annotations

import asyncio

from bridge_discord.supervisor import ended


async def test_a_task_that_overhears_being_cancelled_is_cancelled_again() -> None:
    heard = 0

    async def stubborn() -> None:
        nonlocal heard
        while heard < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                heard += 1

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await ended(task)
    assert task.done()
    assert heard == 2
