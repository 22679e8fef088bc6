"""The whole program put together: build, start, run, drain, stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import structlog

from bridge import notify
from bridge.amendments import Amendments
from bridge.backfill import Backfill
from bridge.chatbot import Provider, ProviderContext
from bridge.chatbots import Chatbots, Source
from bridge.clock import Clock, within
from bridge.condition import Condition, Conditions, State
from bridge.config import Config
from bridge.conversation import Conversation, Surroundings
from bridge.desk import Desk
from bridge.errors import StoreError
from bridge.hookspecs import FinishedTurn
from bridge.inbox import Inbox
from bridge.instances import Instances
from bridge.lanes import Lanes
from bridge.meter import Meter
from bridge.model import InstanceName
from bridge.plugins import Plugins, resolve
from bridge.recovery import recover
from bridge.reply.insist import Backoff
from bridge.retention import keep_clean
from bridge.routing import Route
from bridge.store import Store, open_store

log = structlog.get_logger(__name__)

LOOKING = 2.0
"""Seconds after which a database that does not answer is down."""


class App:
    """One running bridge. `run` it once; `stop` it from anywhere on its event loop."""

    def __init__(
        self, config: Config, plugins: Plugins, clock: Clock, *, made: Callable[[object], None] = lambda _: None
    ) -> None:
        """`made` is told of the store, of each platform and of each provider before they are used: for tests."""
        self._config = config
        self._made = made
        self._plugins = plugins
        self._clock = clock
        self._meter = Meter()
        self._conditions = Conditions(clock)
        self._stopping = asyncio.Event()
        self._parking = asyncio.Event()

    def stop(self) -> None:
        """Take in nothing more, finish running turns within the grace period and end `run`. Again: do not wait."""
        if self._stopping.is_set():
            self._parking.set()
        self._stopping.set()

    async def run(self) -> bool:
        """Serve until stopped; False when it ended because no platform instance works.

        Raises StoreError when the database cannot be used.
        """
        settings = self._config.settings
        store = await open_store(
            settings.database_url,
            clock=self._clock,
            directory=self._config.path.parent,
            upgrade=True,
            exclusive=True,
        )
        self._made(store)
        providers = self._providers()
        try:
            chatbots = Chatbots(self._sources(providers), self._conditions)
            patience = settings.patience.total_seconds()
            desk = Desk(store, chatbots, self._clock, self._finished, self._clock.now(), patience, self._meter)
            async with self._admin(store):
                return await self._serve(desk)
        finally:
            for provider in providers.values():
                await provider.close()
            await store.close()

    async def _serve(self, desk: Desk) -> bool:
        instances = Instances(self._config.platforms, self._clock, self._meter, self._conditions, self._made)
        outlets = instances.outlets
        backfill = Backfill(
            desk.store,
            outlets,
            self._routes,
            clock=self._clock,
            accept=lambda message: inbox.accept(message, fetched=True),
            window=self._config.settings.backfill,
        )
        surroundings = Surroundings(desk, outlets, self._routes, backfill.caught_up)
        lanes = Lanes(self._clock, lambda thread: Conversation(surroundings, thread))
        inbox = Inbox(
            desk.store,
            self._routes,
            outlets,
            self._clock,
            lanes.wake,
            stop=lanes.stop,
            amendments=Amendments(desk.store, self._routes, outlets, lanes.changed),
            tell_unrouted=self._config.settings.unrouted == "tell",
            meter=self._meter,
        )
        log.info("app.started", platforms=sorted(outlets), chatbots=sorted(self._config.chatbots))

        def missed(instance: InstanceName) -> None:
            self._meter.gap(instance)
            backfill.missed(instance)

        serving = asyncio.create_task(instances.run(inbox.accept, missed), name="platforms")
        recovering = asyncio.create_task(self._recover(desk.store, instances, lanes), name="recovery")
        filling = asyncio.create_task(backfill.run(), name="backfill")
        keeping = asyncio.create_task(
            keep_clean(desk.store, self._clock, self._config.settings.retention), name="retention"
        )
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            failed = serving.done()
            await self._end_intake(serving, recovering, filling, keeping)
            await self._drain(lanes)
            return not failed
        finally:
            serving.cancel()
            await _cancelled(recovering, filling, keeping, stopping)
            await inbox.close()
            await lanes.park()
            await instances.close()

    async def _end_intake(self, serving: asyncio.Task[None], *others: asyncio.Task[None]) -> None:
        """Take in nothing more. An adapter whose last delivery does not end is left behind after the grace period."""
        serving.cancel()
        await _cancelled(*others)
        parking = asyncio.create_task(self._parking.wait())
        timer = asyncio.create_task(self._clock.sleep(self._config.settings.grace.total_seconds()))
        await asyncio.wait({serving, parking, timer}, return_when=asyncio.FIRST_COMPLETED)
        await _cancelled(parking, timer)
        if not serving.done():
            log.warning("app.intake_left", reason="a platform does not stop delivering")

    async def _recover(self, store: Store, instances: Instances, lanes: Lanes) -> None:
        await instances.settle()
        notify.notify(notify.READY)
        backoff = Backoff()
        while True:
            try:
                pending = await recover(store, lanes.wake)
            except StoreError as error:
                log.error("app.not_recovered", reason=str(error))
                await self._clock.sleep(backoff.wait())
                continue
            self._meter.recovered(pending)
            if pending:
                log.info("app.recovering", threads=pending)
            return

    async def _drain(self, lanes: Lanes) -> None:
        grace = self._config.settings.grace.total_seconds()
        log.info("app.stopping", grace=grace)
        notify.notify(notify.STOPPING)
        draining = asyncio.create_task(lanes.drain(grace))
        parking = asyncio.create_task(self._parking.wait())
        await asyncio.wait({draining, parking}, return_when=asyncio.FIRST_COMPLETED)
        if not draining.done():
            await lanes.park()
        await _cancelled(parking)
        log.info("app.stopped", parked=await draining)

    def _routes(self) -> Sequence[Route]:
        return self._config.routes

    def _providers(self) -> dict[str, Provider]:
        """All providers that can be made. One that cannot leaves only its own chatbots without an answer."""
        providers = {}
        for name, entry in self._config.providers.items():
            try:
                providers[name] = resolve(entry.spec.factory)(entry.table, ProviderContext(name, self._clock))
                self._made(providers[name])
            except Exception as error:  # noqa: BLE001 - a plugin's defect must not reach the others
                log.error("provider.failed", provider=name, error=type(error).__name__, reason=str(error))
                self._conditions.note("provider", name, State.DOWN, str(error))
            else:
                self._conditions.note("provider", name, State.UP)
        return providers

    def _admin(self, store: Store) -> AbstractAsyncContextManager[None]:
        """What operators are told over HTTP, while the context lasts."""
        address = self._config.settings.admin
        if address is None:
            return nullcontext()
        # It takes a while to import, and not everybody wants it.
        from bridge.admin.server import serving

        return serving(address.host, address.port, look=lambda: self._look(store), meter=self._meter)

    async def _look(self, store: Store) -> Mapping[tuple[str, str], Condition]:
        try:
            await within(self._clock, LOOKING, store.probe())
        except (StoreError, TimeoutError) as error:
            self._conditions.note("database", "", State.DOWN, str(error) or f"no answer within {LOOKING:g} s")
        else:
            self._conditions.note("database", "", State.UP)
        return self._conditions.all()

    def _sources(self, providers: Mapping[str, Provider]) -> dict[str, Source]:
        """Where each chatbot comes from; without those whose provider could not be made."""
        return {
            name: Source(entry.provider, providers[entry.provider], entry.table)
            for name, entry in self._config.chatbots.items()
            if entry.provider in providers
        }

    def _finished(self, turn: FinishedTurn) -> None:
        self._meter.ended(
            turn.thread.instance,
            turn.chatbot,
            turn.state,
            first_text=turn.first_text_after,
            duration=turn.duration,
        )
        log.info(
            "turn.finished",
            platform=turn.thread.instance,
            channel=turn.thread.channel,
            thread=turn.thread.id,
            session=turn.session,
            chatbot=turn.chatbot,
            state=turn.state,
            reason=turn.reason or None,
            messages=turn.messages,
            first_text_after=None if turn.first_text_after is None else round(turn.first_text_after, 3),
            duration=round(turn.duration, 3),
        )
        for error in self._plugins.turn_finished(turn):
            log.error("plugin.observer_failed", error=type(error).__name__, reason=str(error))


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
