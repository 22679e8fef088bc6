"""The whole program put together: build, start, run, drain, stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from bridge.backfill import Backfill
from bridge.chatbot import Provider, ProviderContext
from bridge.chatbots import Chatbots
from bridge.clock import Clock
from bridge.config import Config
from bridge.conversation import Conversation, Surroundings
from bridge.desk import Desk
from bridge.errors import StoreError
from bridge.hookspecs import FinishedTurn
from bridge.inbox import Inbox
from bridge.instances import Instances
from bridge.lanes import Lanes
from bridge.plugins import Plugins, resolve
from bridge.recovery import recover
from bridge.reply.insist import Backoff
from bridge.routing import Route
from bridge.store import Store, open_store

log = structlog.get_logger(__name__)


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
            chatbots = Chatbots(self._sources(providers))
            desk = Desk(store, chatbots, self._clock, self._finished, settings.patience.total_seconds())
            return await self._serve(desk)
        finally:
            for provider in providers.values():
                await provider.close()
            await store.close()

    async def _serve(self, desk: Desk) -> bool:
        instances = Instances(self._config.platforms, self._clock, self._made)
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
            tell_unrouted=self._config.settings.unrouted == "tell",
        )
        log.info("app.started", platforms=sorted(outlets), chatbots=sorted(self._config.chatbots))
        serving = asyncio.create_task(instances.run(inbox.accept, backfill.missed), name="platforms")
        recovering = asyncio.create_task(self._recover(desk.store, instances, lanes), name="recovery")
        filling = asyncio.create_task(backfill.run(), name="backfill")
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            failed = serving.done()
            await self._end_intake(serving, recovering, filling)
            await self._drain(lanes)
            return not failed
        finally:
            serving.cancel()
            await _cancelled(recovering, filling, stopping)
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
        backoff = Backoff()
        while True:
            try:
                pending = await recover(store, lanes.wake)
            except StoreError as error:
                log.error("app.not_recovered", reason=str(error))
                await self._clock.sleep(backoff.wait())
                continue
            if pending:
                log.info("app.recovering", threads=pending)
            return

    async def _drain(self, lanes: Lanes) -> None:
        grace = self._config.settings.grace.total_seconds()
        log.info("app.stopping", grace=grace)
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
        return providers

    def _sources(self, providers: Mapping[str, Provider]) -> dict[str, tuple[Provider, Any]]:
        """Where each chatbot comes from; without those whose provider could not be made."""
        return {
            name: (providers[entry.provider], entry.table)
            for name, entry in self._config.chatbots.items()
            if entry.provider in providers
        }

    def _finished(self, turn: FinishedTurn) -> None:
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
