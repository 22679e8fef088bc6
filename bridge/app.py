"""The whole program put together: build, run, stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext

import structlog

from bridge.accounts import Accounts
from bridge.clock import Clock, within
from bridge.condition import Condition, Conditions, State
from bridge.config import Config
from bridge.desk import Desk
from bridge.errors import StoreError
from bridge.following import ConfigState, Following
from bridge.hookspecs import FinishedTurn
from bridge.meter import Meter
from bridge.plugins import Plugins
from bridge.reply.pacing import Length
from bridge.serving import House, Serving
from bridge.stopping import Stopping
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
        self._began = clock.now()
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
                house = House(
                    store,
                    self._clock,
                    self._file,
                    self._accounts,
                    self._stopping,
                    self._meter,
                    self._conditions,
                    lambda: self._desk(store),
                    self._made,
                )
                return await Serving(house).run()
        finally:
            await self._accounts.close()
            await store.close()

    @contextmanager
    def _desk(self, store: Store) -> Iterator[Desk]:
        """What one turn works with."""
        patience = self._config.settings.patience.total_seconds()
        with self._accounts.in_use() as chatbots:
            yield Desk(store, chatbots, self._clock, self._finished, self._began, patience, self._meter, self._lengths)

    @property
    def config_state(self) -> ConfigState:
        """What became of the operator's file as it stands."""
        return self._file.state

    @property
    def _config(self) -> Config:
        return self._file.config

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
