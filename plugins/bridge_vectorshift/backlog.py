"""The events of a turn on their way from the socket to whoever listens."""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import groupby

from bridge import Delta, SessionEvent

CROWDED = 1024
"""From so many waiting events on, deltas that follow each other are joined, so that a slow listener costs only text."""


class Backlog:
    """An unbounded queue that drops nothing. One listener at a time."""

    def __init__(self) -> None:
        self._events: deque[SessionEvent] = deque()
        self._crowded = CROWDED
        self._waiter: asyncio.Future[None] | None = None
        self._failure: Exception | None = None

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: SessionEvent) -> None:
        """Add an event. Never blocks."""
        self._events.append(event)
        if len(self._events) > self._crowded:
            self._join()
        if self._waiter is not None:
            self._wake()

    def fail(self, failure: Exception) -> None:
        """Raise `failure` to the listener, after what waits already."""
        self._failure = failure
        self._wake()

    def take(self) -> SessionEvent | None:
        """The next event, if there is one."""
        return self._events.popleft() if self._events else None

    async def get(self) -> SessionEvent:
        """The next event. Raises what `fail` was given once there is none."""
        while not self._events:
            if self._failure is not None:
                raise self._failure
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._events.popleft()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _join(self) -> None:
        joined: deque[SessionEvent] = deque()
        for message_id, run in groupby(self._events, lambda e: e.message_id if isinstance(e, Delta) else None):
            if message_id is None:
                joined.extend(run)
            else:
                joined.append(Delta(message_id, "".join(delta.text for delta in run if isinstance(delta, Delta))))
        self._events = joined
        self._crowded = max(CROWDED, 2 * len(joined))
