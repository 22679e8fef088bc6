"""What a start does with what an earlier process left."""

from __future__ import annotations

from collections.abc import Callable

from bridge.clock import Clock
from bridge.store import Store

SLICE = 50
"""Threads that are woken together. All at once, the first would go on only when the last has been read."""
PAUSE = 0.1
"""Seconds between two slices: about what one takes."""


async def recover(store: Store, clock: Clock, wake: Callable[[int], None]) -> int:
    """Wake every thread with unanswered messages or an unfinished turn; returns how many there are.

    Called once the platforms are connected or given up: what is left for one that is given up stays as it is.
    """
    threads = await store.pending_threads()
    for start in range(0, len(threads), SLICE):
        if start:
            await clock.sleep(PAUSE)
        for thread in threads[start : start + SLICE]:
            wake(thread)
    return len(threads)
