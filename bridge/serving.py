"""Everything between the platforms and the database, while it runs: built, started, changed by edits, drained."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bridge import notify
from bridge.accounts import Accounts
from bridge.amendments import Amendments
from bridge.backfill import OVERLAP, Backfill
from bridge.clock import Clock
from bridge.condition import Conditions
from bridge.config import Config
from bridge.config.summary import Summary, holding, summarize, to_json
from bridge.conversation import Conversation, Surroundings
from bridge.desk import Desk
from bridge.errors import PlatformUnavailable, StoreBusy, StoreError, StoreUnusable
from bridge.following import Following
from bridge.inbox import Inbox, removed_kind
from bridge.instances import Around, Instances
from bridge.lanes import Lanes
from bridge.meter import Meter
from bridge.model import Event, InstanceName
from bridge.recovery import recover
from bridge.reply.insist import Backoff
from bridge.retention import keep_clean
from bridge.route import Route
from bridge.stopping import Stopping
from bridge.store import Store
from bridge.tasks import cancelled

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """What serving works with."""

    store: Store
    clock: Clock
    file: Following
    accounts: Accounts
    stopping: Stopping
    meter: Meter
    conditions: Conditions
    desk: Callable[[], AbstractContextManager[Desk]]
    made: Callable[[object], None]
    """Told of each platform before it is used."""


class Serving:
    """Takes in messages and has them answered. `run` it once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._file = house.file
        self._applied: Summary | None = None
        """What is in use, as it was noted."""
        store, clock, meter = house.store, house.clock, house.meter
        self._instances = Instances(
            self._file.config.platforms, clock, meter, house.conditions, permit=self._permit, made=house.made
        )
        outlets = self._instances.outlets
        self._backfill = Backfill(
            store,
            outlets,
            self._routes,
            clock=clock,
            accept=lambda message: self._inbox.accept(message, fetched=True),
            window=lambda: self._file.config.settings.backfill,
        )
        surroundings = Surroundings(store, house.desk, outlets, self._routes, self._backfill.caught_up)
        self._lanes = Lanes(clock, lambda thread: Conversation(surroundings, thread))
        self._inbox = Inbox(
            store,
            self._routes,
            outlets,
            clock,
            self._lanes.wake,
            stop=self._lanes.stop,
            again=self._backfill.read_again,
            amendments=Amendments(store, self._routes, outlets, self._lanes.changed),
            tell_unrouted=lambda: self._file.config.settings.unrouted == "tell",
            chatbots=lambda: self._file.config.chatbots,
            meter=meter,
        )

    async def run(self) -> bool:
        """Serve until stopped; False when it ended because no platform instance works.

        Raises StoreInUse, leaving everything as it is, when another process has taken over the database.
        """
        house, stopping = self._house, self._house.stopping
        await self._begin(self._file.config)
        await self._spend()
        log.info("app.started", platforms=sorted(self._instances.outlets), chatbots=sorted(self._file.config.chatbots))
        around = Around(self._deliver, self._missed, lambda _: self._recover(), self._leave)
        serving = asyncio.create_task(self._instances.run(around), name="platforms")
        cleaning = keep_clean(house.store, house.clock, self._retention)
        beside = (
            asyncio.create_task(self._start(), name="recovery"),
            asyncio.create_task(self._backfill.run(), name="backfill"),
            asyncio.create_task(cleaning, name="retention"),
            asyncio.create_task(self._follow(), name="configuration"),
        )
        for task in beside:
            task.add_done_callback(_tell_of_defect)
        asked, taken = asyncio.create_task(stopping.wait()), asyncio.create_task(house.store.taken_over())
        try:
            await asyncio.wait({serving, asked, taken}, return_when=asyncio.FIRST_COMPLETED)
            if taken.done():
                await self._lanes.park()
            failed = serving.done()
            await stopping.end_intake(serving, *beside)
            taken.add_done_callback(lambda _: stopping.park())
            await stopping.drain(self._lanes)
            if taken.done():
                taken.result()
            return not failed
        finally:
            serving.cancel()
            await cancelled(*beside, asked, taken)
            await self._inbox.close()
            await self._lanes.park()
            await self._instances.close()

    def _retention(self) -> timedelta:
        """What may be fetched again must still be known then."""
        settings = self._file.config.settings
        return max(settings.retention, settings.backfill + OVERLAP)

    async def _begin(self, config: Config) -> None:
        """Before these platforms connect: from their first time ever on, nothing is missed, even if this crashes."""
        for name in config.platforms:
            try:
                await self._backfill.begin(name)
            except StoreError as error:
                log.warning("backfill.not_noted", platform=name, reason=str(error))

    async def _spend(self) -> None:
        """Where an earlier process was interrupted, it may have used up what platforms allow."""
        with contextlib.suppress(StoreError):  # what is left is asked for again before it is taken up
            if await self._house.store.threads.pending():
                for outlet in self._instances.outlets.values():
                    outlet.scheduler.spent()

    def _permit(self) -> None:
        """Before each call of a platform."""
        try:
            self._house.store.confirm()
        except StoreError as error:
            raise PlatformUnavailable(f"not called: {error}") from error

    async def _start(self) -> None:
        await self._instances.settle()
        notify.notify(notify.READY)
        await self._recover()

    async def _recover(self) -> None:
        backoff = Backoff()
        while True:
            try:
                pending = await self._house.store.threads.pending()
                break
            except StoreError as error:
                log.error("app.not_recovered", reason=str(error))
                await self._house.clock.sleep(backoff.wait())
        if pending:
            self._house.meter.recovered(len(pending))
            log.info("app.recovering", threads=len(pending))
        await recover(pending, self._house.clock, self._lanes.wake)

    async def _follow(self) -> None:
        await self._note_applied()
        await self._file.run(self._apply)

    async def _apply(self, config: Config) -> None:
        self._house.accounts.apply(config)
        await self._begin(config)
        self._instances.want(config.platforms)
        await self._note_applied()

    async def _note_applied(self) -> None:
        """For `bridge plan`; and whoever was told that a chatbot was removed may be told again."""
        config, store = self._file.config, self._house.store
        try:
            await store.notes.untell([removed_kind(name) for name in config.chatbots])
            self._applied = holding(summarize(config), self._applied, self._file.state.needs_restart)
            await store.notes.set_applied(to_json(self._applied))
        except Exception as error:  # noqa: BLE001 - a plugin's defect in what it needs, or the database
            log.warning("config.not_noted", error=type(error).__name__, reason=str(error))

    async def _leave(self, instance: InstanceName) -> None:
        """End what is under way on an instance that takes in nothing more."""
        parked = await self._lanes.leave(instance, self._file.config.settings.grace.total_seconds())
        await self._backfill.leave(instance)
        await self._inbox.leave(instance)
        log.info("platform.drained", platform=instance, parked=parked)

    async def _deliver(self, event: Event) -> None:
        """As `Inbox.accept`. A platform brings again what was not taken in, but not for as long as a database may be
        away: so it is fetched too."""
        try:
            await self._inbox.accept(event)
        except (StoreBusy, StoreUnusable):
            self._backfill.missed(event.thread.instance)
            raise

    def _missed(self, instance: InstanceName) -> None:
        self._house.meter.gap(instance)
        self._backfill.missed(instance)

    def _routes(self) -> Sequence[Route]:
        return self._file.config.routes


def _tell_of_defect(task: asyncio.Task[None]) -> None:
    """What runs beside ends only when it is cancelled or done: what ends it otherwise would stay unseen."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("app.task_failed", task=task.get_name(), reason=repr(error), exc_info=error)
