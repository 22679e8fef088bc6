"""What a start does with what an earlier process left."""

from __future__ import annotations

from collections.abc import Callable

from bridge.store import Store


async def recover(store: Store, wake: Callable[[int], None]) -> int:
    """Wake every thread with unanswered messages or an unfinished turn; returns how many there are.

    Called once the platforms are connected or given up: what is left for one that is given up stays as it is.
    """
    threads = await store.pending_threads()
    for thread in threads:
        wake(thread)
    return len(threads)
