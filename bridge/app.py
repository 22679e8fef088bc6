"""The whole program put together: build, start, run, drain, stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext

import structlog

from bridge import notify
from bridge.accounts import Accounts
from bridge.amendments import Amendments
from bridge.backfill import Backfill
from bridge.clock import Clock, within
from bridge.condition import Condition, Conditions, State
from bridge.config import Config
from bridge.config.summary import summarize, to_json
from bridge.conversation import Conversation, Surroundings
from bridge.desk import Desk
from bridge.errors import BridgeError, StoreError
from bridge.following import ConfigState, Following
from bridge.hookspecs import FinishedTurn
from bridge.inbox import Inbox, removed_kind
from bridge.instances import Around, Instances
from bridge.lanes import Lanes
from bridge.meter import Meter
from bridge.model import InstanceName
from bridge.plugins import Plugins
from bridge.recovery import recover
from bridge.reply.insist import Backoff
from bridge.reply.pacing import Length
from bridge.retention import keep_clean
from bridge.routing import Route
from bridge.stopping import Stopping, cancelled
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
        self._made = made
        self._plugins = plugins
        self._clock = clock
        self._meter = Meter()
        self._conditions = Conditions(clock)
        self._file = Following(config, plugins, clock, self._conditions)
        self._accounts = Accounts(clock, self._conditions, made)
        self._lengths: dict[str, Length] = {}
        self._stopping = Stopping(clock, self._grace)

    def stop(self) -> None:
        """Take in nothing more, finish running turns within the grace period and end `run`. Again: do not wait."""
        self._stopping.ask()

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
        try:
            self._accounts.apply(self._config)
            async with self._admin(store):
                return await self._serve(store)
        finally:
            await self._accounts.close()
            await store.close()

    async def _serve(self, store: Store) -> bool:
        instances = Instances(self._config.platforms, self._clock, self._meter, self._conditions, self._made)
        outlets = instances.outlets
        backfill = Backfill(
            store,
            outlets,
            self._routes,
            clock=self._clock,
            accept=lambda message: inbox.accept(message, fetched=True),
            window=lambda: self._config.settings.backfill,
        )
        surroundings = Surroundings(store, lambda: self._desk(store), outlets, self._routes, backfill.caught_up)
        lanes = Lanes(self._clock, lambda thread: Conversation(surroundings, thread))
        inbox = Inbox(
            store,
            self._routes,
            outlets,
            self._clock,
            lanes.wake,
            stop=lanes.stop,
            amendments=Amendments(store, self._routes, outlets, lanes),
            tell_unrouted=lambda: self._config.settings.unrouted == "tell",
            chatbots=lambda: self._config.chatbots,
            meter=self._meter,
        )
        log.info("app.started", platforms=sorted(outlets), chatbots=sorted(self._config.chatbots))

        def missed(instance: InstanceName) -> None:
            self._meter.gap(instance)
            backfill.missed(instance)

        async def joined(instance: InstanceName) -> None:
            await self._recover(store, lanes)

        async def leave(instance: InstanceName) -> None:
            parked = await lanes.leave(instance, self._grace())
            await backfill.leave(instance)
            await inbox.leave(instance)
            log.info("platform.drained", platform=instance, parked=parked)

        async def start() -> None:
            await instances.settle()
            notify.notify(notify.READY)
            await self._recover(store, lanes)

        async def apply(config: Config) -> None:
            self._accounts.apply(config)
            instances.want(config.platforms)
            await self._note_applied(store)

        async def follow() -> None:
            await self._note_applied(store)
            await self._file.run(apply)

        around = Around(inbox.accept, missed, joined, leave)
        serving = asyncio.create_task(instances.run(around), name="platforms")
        beside = (
            asyncio.create_task(start(), name="recovery"),
            asyncio.create_task(backfill.run(), name="backfill"),
            asyncio.create_task(
                keep_clean(store, self._clock, lambda: self._config.settings.retention), name="retention"
            ),
            asyncio.create_task(follow(), name="configuration"),
        )
        asked = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
            failed = serving.done()
            await self._stopping.end_intake(serving, *beside)
            await self._stopping.drain(lanes)
            return not failed
        finally:
            serving.cancel()
            await cancelled(*beside, asked)
            await inbox.close()
            await lanes.park()
            await instances.close()

    async def _recover(self, store: Store, lanes: Lanes) -> None:
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

    async def _note_applied(self, store: Store) -> None:
        """For `bridge plan`; and whoever was told that a chatbot was removed may be told again."""
        config = self._config
        try:
            await store.untell([removed_kind(name) for name in config.chatbots])
            await store.set_applied(to_json(summarize(config)))
        except BridgeError as error:
            log.warning("config.not_noted", reason=str(error))

    @contextmanager
    def _desk(self, store: Store) -> Iterator[Desk]:
        """What one turn works with."""
        patience = self._config.settings.patience.total_seconds()
        with self._accounts.in_use() as chatbots:
            yield Desk(store, chatbots, self._clock, self._finished, patience, self._meter, self._lengths)

    @property
    def config_state(self) -> ConfigState:
        """What became of the operator's file as it stands."""
        return self._file.state

    @property
    def _config(self) -> Config:
        return self._file.config

    def _routes(self) -> Sequence[Route]:
        return self._config.routes

    def _grace(self) -> float:
        return self._config.settings.grace.total_seconds()

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
