"""Follows the operator's file while it is in use: a valid edit holds from then on, another changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bridge.clock import Clock
from bridge.condition import Conditions, State
from bridge.config import Config, InvalidConfig, Mistake, load_config
from bridge.config.changes import Changes, applicable, compare
from bridge.config.watching import edits
from bridge.plugins import Plugins

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConfigState:
    """What became of the operator's file as it stands."""

    applied_at: datetime
    """When what is in use was read."""
    refused: tuple[Mistake, ...] = ()
    """What is wrong in a later edit, none of which is in use."""
    needs_restart: tuple[str, ...] = ()
    """The keys whose running values stay until the next start."""


class Following:
    """The configuration that holds now: `config` changes as a whole, between two steps of the event loop."""

    def __init__(self, config: Config, plugins: Plugins, clock: Clock, conditions: Conditions) -> None:
        self.config = config
        self.state = ConfigState(clock.now())
        self._plugins = plugins
        self._clock = clock
        self._conditions = conditions
        conditions.note("configuration", "", State.UP)

    async def run(self, apply: Callable[[Config], Awaitable[None]]) -> None:
        """Read each edit until cancelled. `apply` must take over a valid one before it awaits anything."""
        async for content in edits(self.config.path, self.config.content, self._clock):
            try:
                wanted = await asyncio.to_thread(load_config, self.config.path, self._plugins, content=content)
                await self._take(wanted, apply)
            except InvalidConfig as error:
                self._refuse(error)
            except Exception:  # a defect, perhaps a plugin's: the next edit is read all the same
                log.exception("config.not_applied")

    async def _take(self, wanted: Config, apply: Callable[[Config], Awaitable[None]]) -> None:
        config, fixed = applicable(self.config, wanted)
        changes, self.config = compare(self.config, config), config
        self.state = ConfigState(self._clock.now(), needs_restart=tuple(fixed))
        reason = f"needs a restart: {', '.join(fixed)}" if fixed else ""
        self._conditions.note("configuration", "", State.DEGRADED if fixed else State.UP, reason)
        if fixed:
            log.warning("config.needs_restart", keys=fixed)
        log.info("config.applied" if changes else "config.unchanged", **_told(changes))
        if changes:
            await apply(config)

    def _refuse(self, error: InvalidConfig) -> None:
        self.state = ConfigState(self.state.applied_at, tuple(error.mistakes), self.state.needs_restart)
        mistakes = [str(mistake).replace("\n    ", "; ") for mistake in error.mistakes]
        self._conditions.note("configuration", "", State.DEGRADED, "an edit was refused: " + " | ".join(mistakes))
        log.error("config.refused", mistakes=mistakes, meaning="nothing was changed")


def _told(changes: Changes) -> dict[str, object]:
    """What is worth a word in the log."""
    told: dict[str, object] = {
        f"{kind}_{what}": list(names)
        for kind in ("platforms", "providers", "chatbots")
        for what in ("added", "removed", "changed")
        if (names := getattr(getattr(changes, kind), what))
    }
    if changes.settings:
        told["settings"] = list(changes.settings)
    if changes.routes:
        told["routes"] = "changed"
    return told
