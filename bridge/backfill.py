"""Fetches what was sent while nobody listened, so that nothing that people asked stays unheard.

A platform tells what it knows when it delivers, and nothing of what it did not: so after every connection that does
not go on where the last one ended, the places where people may have asked are read, from a while before the last
moment of which everything is known. What was stored before is a duplicate, and stops at the inbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bridge.clock import Clock, within
from bridge.errors import BridgeError, InstanceFailed
from bridge.missed import Missed
from bridge.model import InstanceName, Message, ThreadRef
from bridge.platform import HasHistory
from bridge.reply.insist import Backoff
from bridge.reply.outlet import Outlet
from bridge.route import Route
from bridge.store import Store

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=10)
"""Events may be stored out of order, and clocks differ. Slack brings an event again for about six minutes."""
HOLD = 10.0
"""Seconds for which new questions wait for older ones that may have been missed."""
NOTE_EVERY = 60.0

Accept = Callable[[Message], Awaitable[None]]
"""Takes in a message that was fetched. Raises StoreError."""


class Backfill:
    """Fetches for all platform instances. `window` says how far back at most; with none, nothing is fetched."""

    def __init__(
        self,
        store: Store,
        outlets: Mapping[InstanceName, Outlet],
        routes: Callable[[], Sequence[Route]],
        *,
        clock: Clock,
        accept: Accept,
        window: Callable[[], timedelta],
    ) -> None:
        self._store = store
        self._outlets = outlets
        self._routes = routes
        self._clock = clock
        self._accept = accept
        self._window = window
        self._missed: dict[InstanceName, asyncio.Event] = {}
        self._new: asyncio.Queue[InstanceName | tuple[ThreadRef, datetime | None]] = asyncio.Queue()
        self._again: dict[ThreadRef, asyncio.Event] = {}
        """Threads that are read once more; each is set when that is done."""
        self._complete: dict[InstanceName, asyncio.Event] = {}
        self._serving: dict[InstanceName, asyncio.Task[None]] = {}
        self._first: set[InstanceName] = set()
        """Instances that connect for the first time ever: what was said before is nobody's to answer."""

    async def begin(self, instance: InstanceName) -> None:
        """An instance is about to connect: from its first time on, nothing is missed. Raises StoreError."""
        if await self._store.notes.reached(instance) is None:
            self._first.add(instance)
            await self._store.notes.set_reached(instance, self._clock.now())

    def missed(self, instance: InstanceName) -> None:
        """Messages may have been missed on this instance until now."""
        self._complete[instance] = asyncio.Event()
        if instance not in self._missed:
            self._missed[instance] = asyncio.Event()
            self._new.put_nowait(instance)
        self._missed[instance].set()

    async def caught_up(self, thread: ThreadRef) -> None:
        """Wait until what was missed is stored, but not for long: today's questions come after older ones."""
        for done in (self._again.get(thread), self._complete.get(thread.instance)):
            if done is None or done.is_set():
                continue
            try:
                await within(self._clock, HOLD, done.wait())
            except TimeoutError:
                log.warning("backfill.slow", platform=thread.instance)
                done.set()

    def read_again(self, thread: ThreadRef, since: datetime | None) -> None:
        """Messages in a thread that is known now may be for the bot; None for as far back as is not sure. Never
        blocks."""
        if thread not in self._again:
            self._again[thread] = asyncio.Event()
            self._new.put_nowait((thread, since))

    async def run(self) -> None:
        """Fetch whenever something was missed, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                name = await self._new.get()
                if not isinstance(name, str):
                    group.create_task(self._read_again(*name), name=f"backfill of a thread on {name[0].instance}")
                    continue
                outlet = self._outlets.get(name)
                if outlet is not None and name in self._missed and name not in self._serving:
                    self._serving[name] = group.create_task(self._serve(name, outlet), name=f"backfill {name}")

    async def leave(self, instance: InstanceName) -> None:
        """Fetch nothing more on this instance: it is about to be closed."""
        self._missed.pop(instance, None)
        serving = self._serving.pop(instance, None)
        if serving is not None:
            serving.cancel()
            await asyncio.wait({serving})
        complete = self._complete.pop(instance, None)
        if complete is not None:
            complete.set()

    async def _read_again(self, thread: ThreadRef, since: datetime | None) -> None:
        try:
            outlet = self._outlets.get(thread.instance)
            if outlet is not None and self._window() and isinstance(outlet.platform, HasHistory):
                missed = Missed(thread.instance, outlet, outlet.platform, self._store, self._routes())
                await self._read_one(missed, thread, since)
        finally:
            self._again.pop(thread).set()

    async def _read_one(self, missed: Missed, thread: ThreadRef, since: datetime | None) -> None:
        outlet, backoff, now = missed.outlet, Backoff(), self._clock.now()
        while not (outlet.failed.is_set() or outlet.closing.is_set()):
            try:
                reached = await self._store.notes.reached(thread.instance) or now
                for message in await missed.of(thread, since or self._since(reached, now)):
                    await self._accept(message)
            except InstanceFailed:
                outlet.failed.set()
            except Exception as error:  # noqa: BLE001 - see `_interrupted`
                self._interrupted(thread.instance, error)
                await self._clock.sleep(backoff.wait())
            else:
                return

    async def _serve(self, name: InstanceName, outlet: Outlet) -> None:
        missed = self._missed[name]
        while not outlet.failed.is_set():
            if missed.is_set():
                missed.clear()
                await self._catch_up(name, outlet)
            try:
                await within(self._clock, NOTE_EVERY, missed.wait())
            except TimeoutError:
                await self._note(name)
        del self._missed[name], self._serving[name]

    async def _note(self, name: InstanceName) -> None:
        """While nothing is missed, everything up to the newest event is stored."""
        if self._reads(name):
            return
        try:
            newest = await self._store.notes.newest(name)
            if newest is not None:
                await self._store.notes.set_reached(name, newest)
        except BridgeError as error:
            log.warning("backfill.not_noted", platform=name, reason=str(error))

    async def _catch_up(self, name: InstanceName, outlet: Outlet) -> None:
        """Store everything that may have been missed; what fails is tried again."""
        complete, began, backoff = self._complete[name], self._clock.now(), Backoff()
        while not outlet.failed.is_set():
            try:
                await self._fetch(name, outlet, began)
                if not self._reads(name):
                    await self._store.notes.set_reached(name, began)
            except InstanceFailed:
                outlet.failed.set()
            except Exception as error:  # noqa: BLE001 - see `_interrupted`
                self._interrupted(name, error)
                await self._clock.sleep(backoff.wait())
            else:
                break
        complete.set()

    @staticmethod
    def _interrupted(name: InstanceName, error: Exception) -> None:
        """A failure of one instance, whatever it is, is no reason to fetch nothing for the others."""
        known = isinstance(error, BridgeError)
        log.warning(
            "backfill.interrupted", platform=name, reason=str(error) if known else repr(error), exc_info=not known
        )

    async def _fetch(self, name: InstanceName, outlet: Outlet, now: datetime) -> None:
        reached = await self._store.notes.reached(name)
        window = self._window()
        first = name in self._first
        self._first.discard(name)
        if first or reached is None or not window or not isinstance(outlet.platform, HasHistory):
            return
        since, count = self._since(reached, now), 0
        missed = Missed(name, outlet, outlet.platform, self._store, self._routes())
        async for messages in missed.since(since, now - window):
            for message in messages:
                await self._accept(message)
            count += len(messages)
        for place in missed.aside:
            self.read_again(place, since)
        log.info("backfill.done", platform=name, since=since.isoformat(timespec="seconds"), messages=count)

    def _since(self, reached: datetime, now: datetime) -> datetime:
        """From when on messages may be missing. What lies ahead was noted by a clock that was wrong."""
        earliest = now - self._window()
        return max(reached - OVERLAP, earliest) if reached - OVERLAP < now else earliest

    def _reads(self, name: InstanceName) -> bool:
        """Whether a place of this instance is still to be read."""
        return any(place.instance == name for place in self._again)
