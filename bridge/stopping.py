"""How a bridge stops: it takes in nothing more, running turns finish within the grace period, the rest is parked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bridge import notify
from bridge.clock import Clock
from bridge.lanes import Lanes
from bridge.tasks import cancelled

log = structlog.get_logger(__name__)


class Stopping:
    """Asked once, it waits for running turns; asked again, it does not."""

    def __init__(self, clock: Clock, grace: Callable[[], float]) -> None:
        """`grace` gives the seconds for which running turns may go on."""
        self._clock = clock
        self._grace = grace
        self._asked = asyncio.Event()
        self._parking = asyncio.Event()

    def ask(self) -> None:
        """Stop; again: at once."""
        if self._asked.is_set():
            self.park()
        self._asked.set()

    def park(self) -> None:
        """Do not wait for running turns."""
        self._parking.set()

    async def wait(self) -> None:
        """Wait until it is asked for."""
        await self._asked.wait()

    async def end_intake(self, serving: asyncio.Task[None], *others: asyncio.Task[None]) -> None:
        """Take in nothing more. An adapter whose last delivery does not end is left behind after the grace period."""
        serving.cancel()
        await cancelled(*others)
        parking = asyncio.create_task(self._parking.wait())
        timer = asyncio.create_task(self._clock.sleep(self._grace()))
        await asyncio.wait({serving, parking, timer}, return_when=asyncio.FIRST_COMPLETED)
        await cancelled(parking, timer)
        if not serving.done():
            log.warning("app.intake_left", reason="a platform does not stop delivering")

    async def drain(self, lanes: Lanes) -> None:
        """Let running turns finish, and park those that do not."""
        log.info("app.stopping", grace=self._grace())
        notify.notify(notify.STOPPING)
        draining = asyncio.create_task(lanes.drain(self._grace()))
        parking = asyncio.create_task(self._parking.wait())
        await asyncio.wait({draining, parking}, return_when=asyncio.FIRST_COMPLETED)
        if not draining.done():
            await lanes.park()
        await cancelled(parking)
        log.info("app.stopped", parked=await draining)
