"""Events on their way from the gateway to the core, in order.

Discord has no acknowledgement: an event that the core could not make durable is kept here and tried again, and those
behind it wait. The buffer is bounded; at the bound `overflowed` is set and what comes in is refused, since from then on
the history is the better memory.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bridge import (
    Clock,
    Deliver,
    Event,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    StoreError,
    StoreInUse,
)
from bridge_discord.pace import Timing

log = structlog.get_logger(__name__)

BOUND = 1000
"""Events that may wait."""

Read = Callable[[str, Mapping[str, Any]], Awaitable[Event | None]]


class Intake:
    """Takes events in without waiting and hands them on one by one."""

    def __init__(self, read: Read, clock: Clock, timing: Timing, *, bound: int = BOUND) -> None:
        self._read = read
        self._clock = clock
        self._timing = timing
        self._bound = bound
        self._waiting: deque[tuple[str, Mapping[str, Any]]] = deque()
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self.overflowed = asyncio.Event()
        """Set when an event had to be refused, until `reopen`."""

    def put(self, name: str, data: Mapping[str, Any]) -> None:
        """Add an event. Never blocks; at the bound it is refused, and so are all until `reopen`."""
        if self.overflowed.is_set():
            return
        if len(self._waiting) >= self._bound:
            log.warning("too many events wait for the database, the Discord connection is dropped", waiting=self._bound)
            self.overflowed.set()
            return
        self._waiting.append((name, data))
        self._emptied.clear()
        self._filled.set()

    async def empty(self) -> None:
        """Return once everything that was taken in is handed on."""
        await self._emptied.wait()

    def reopen(self) -> None:
        """Take events again after an overflow."""
        self.overflowed.clear()

    async def work(self, deliver: Deliver) -> None:
        """Hand events on until cancelled. An event stays in the buffer until the core has it."""
        while True:
            while self._waiting:
                name, data = self._waiting[0]
                await self._hand_on(name, data, deliver)
                self._waiting.popleft()
            self._filled.clear()
            self._emptied.set()
            await self._filled.wait()

    async def _hand_on(self, name: str, data: Mapping[str, Any], deliver: Deliver) -> None:
        delay = self._timing.retry_first
        while True:
            try:
                event = await self._read(name, data)
                if event is not None:
                    await deliver(event)
            except StoreInUse:
                return
            except (StoreError, RateLimited, PlatformUnavailable, OutcomeUnknown) as error:
                log.warning("an event waits", event_type=name, reason=str(error))
            except PlatformError as error:
                log.warning("an event is skipped: where it happened cannot be seen", event_type=name, reason=str(error))
                return
            except Exception:
                log.exception("an event is skipped: it could not be read", event_type=name)
                return
            else:
                return
            await self._clock.sleep(random.uniform(delay / 2, delay))  # noqa: S311 - jitter
            delay = min(self._timing.retry_last, delay * 2)
