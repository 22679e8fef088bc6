"""Work that is given up when something ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


async def unless(
    ending: asyncio.Event, work: Coroutine[Any, Any, None], busy: Callable[[], bool] = lambda: False
) -> None:
    """Do `work`, but give it up when `ending` is set while it is not `busy`. Raises what the work raises."""
    task = asyncio.create_task(work)
    ended = asyncio.create_task(ending.wait())
    try:
        await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() and not busy():
            task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()
    finally:
        ended.cancel()
        task.cancel()
