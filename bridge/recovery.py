"""What a start does with what an earlier process left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bridge.clock import Clock

SLICE = 50
"""Threads that are woken together. All at once, the first would go on only when the last has been read."""
PAUSE = 0.1
"""Seconds between two slices: about what one takes."""


async def recover(threads: Sequence[int], clock: Clock, wake: Callable[[int], None]) -> None:
    """Wake these threads, which have unanswered messages or an unfinished turn.

    Called once the platforms are connected or given up: what is left for one that is given up stays as it is.
    """
    for start in range(0, len(threads), SLICE):
        if start:
            await clock.sleep(PAUSE)
        for thread in threads[start : start + SLICE]:
            wake(thread)
