"""The configured platform instances: made, supervised, closed. One that fails leaves the others alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from bridge.budget.scheduler import Priority, Scheduler
from bridge.clock import Clock, within
from bridge.condition import Conditions, State
from bridge.config import PlatformEntry
from bridge.errors import BridgeError
from bridge.meter import Meter
from bridge.model import InstanceName
from bridge.platform import BudgetKey, Deliver, Health, Platform, PlatformContext
from bridge.plugins import resolve
from bridge.reply.outlet import Outlet

log = structlog.get_logger(__name__)

STATES = {"connected": State.UP, "degraded": State.DEGRADED, "connecting": State.DEGRADED, "failed": State.DOWN}
"""What an adapter says of itself, as operators are told."""

SETTLING = 10.0
"""Seconds in which an instance says whether it is connected, or counts as if it were."""


class Instances:
    """All platform instances of the operator's file, and how they are."""

    def __init__(
        self,
        entries: Mapping[InstanceName, PlatformEntry],
        clock: Clock,
        meter: Meter,
        conditions: Conditions,
        made: Callable[[object], None] = lambda _: None,
    ) -> None:
        """`made` is told of each platform before it is used."""
        self._clock = clock
        self._meter = meter
        self._conditions = conditions
        self._made = made
        self._missed: Callable[[InstanceName], None] = lambda _: None
        self._states: dict[InstanceName, str] = {}
        self._settled = asyncio.Event()
        self.outlets: dict[InstanceName, Outlet] = {}
        """The way out to each instance that could be made."""
        for name, entry in entries.items():
            try:
                self.outlets[name] = self._make(entry)
            except Exception as error:  # noqa: BLE001 - a plugin's defect must not reach the others
                log.error("platform.failed", platform=name, error=type(error).__name__, reason=str(error))
                conditions.note("platform", name, State.DOWN, str(error))

    async def run(self, deliver: Deliver, missed: Callable[[InstanceName], None]) -> None:
        """Keep all instances connected until cancelled; returns when the last one has failed.

        `missed` is told of each instance on which messages may have been missed.
        """
        self._missed = missed
        async with asyncio.TaskGroup() as group:
            for name, outlet in self.outlets.items():
                group.create_task(self._run(name, outlet.platform, deliver), name=f"platform {name}")

    async def settle(self) -> None:
        """Wait until each instance is connected or given up, for a while: so long an adapter may take to say so."""
        with contextlib.suppress(TimeoutError):
            await within(self._clock, SETTLING, self._settled.wait())

    async def close(self) -> None:
        """Release everything, after the last call."""
        for outlet in self.outlets.values():
            await outlet.platform.close()

    async def _run(self, name: InstanceName, platform: Platform, deliver: Deliver) -> None:
        try:
            await platform.run(deliver)
        except BridgeError as error:
            self._note(name, "failed", str(error))
        except Exception:
            log.exception("platform.crashed", platform=name)
            self._note(name, "failed", "a defect in the plugin; see above")
        else:
            self._note(name, "failed", "its adapter stopped by itself")

    def _make(self, entry: PlatformEntry) -> Outlet:
        schedulers: list[Scheduler] = []

        def observe(*key: Any, **said: Any) -> None:
            schedulers[0].observe(*key, **said)

        async def admit(keys: Sequence[BudgetKey]) -> None:
            await schedulers[0].run(Priority.FIRST, keys, _nothing)

        context = PlatformContext(
            entry.name,
            self._clock,
            observe,
            self._health(entry.name),
            lambda: self._missed(entry.name),
            admit,
        )
        platform: Platform = resolve(entry.spec.factory)(entry.table, context)
        self._made(platform)
        schedulers.append(Scheduler(self._clock, platform.capabilities.budgets))
        self._conditions.note("platform", entry.name, State.DEGRADED, "not connected yet")
        return Outlet(platform, schedulers[0], self._clock, entry.name, self._meter)

    def _health(self, name: InstanceName) -> Health:
        def report(state: str, reason: str = "") -> None:
            self._note(name, state, reason)

        return report

    def _note(self, name: InstanceName, state: str, reason: str) -> None:
        before = self._states.get(name)
        self._states[name] = state
        if state == before == "failed":
            return  # said already by the adapter itself
        told = reason or ("" if state == "connected" else state)
        self._conditions.note("platform", name, STATES.get(state, State.DEGRADED), told)
        if state == "failed":
            self.outlets[name].failed.set()
            log.error("platform.failed", platform=name, reason=reason)
        elif state == "degraded":
            log.warning("platform.degraded", platform=name, reason=reason)
        elif state != before:
            log.info(f"platform.{state}", platform=name, **({"reason": reason} if reason else {}))
        usable = {"connected", "degraded", "failed"}
        if before not in usable and all(self._states.get(each) in usable for each in self.outlets):
            self._settled.set()
            log.info("app.ready", platforms=dict(sorted(self._states.items())))


async def _nothing() -> None:
    """The adapter makes the call itself."""
