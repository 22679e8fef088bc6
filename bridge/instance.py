"""One platform instance: its adapter, the way out to it, and how it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from bridge.budget.scheduler import Priority, Scheduler
from bridge.clock import Clock
from bridge.condition import Conditions, State
from bridge.config import PlatformEntry
from bridge.errors import BridgeError
from bridge.meter import Meter
from bridge.model import InstanceName
from bridge.platform import BudgetKey, Deliver, Platform, PlatformContext
from bridge.plugins import resolve
from bridge.reply.outlet import Outlet

log = structlog.get_logger(__name__)

STATES = {"connected": State.UP, "degraded": State.DEGRADED, "connecting": State.DEGRADED, "failed": State.DOWN}
"""What an adapter says of itself, as operators are told."""
SETTLED = ("connected", "degraded", "failed")


class Instance:
    """Made once from a `[platforms.NAME]` table; another table means another instance."""

    outlet: Outlet
    """The way out, once made."""
    running: asyncio.Task[None]
    """What keeps it connected."""

    def __init__(
        self,
        entry: PlatformEntry,
        clock: Clock,
        meter: Meter,
        conditions: Conditions,
        permit: Callable[[], None],
        *,
        missed: Callable[[InstanceName], None],
        settled: Callable[[], None],
        over: Callable[[], None],
    ) -> None:
        """`permit` is for `Scheduler`; `settled` is called when it becomes usable and when it is given up, `over` once
        its adapter has ended by itself, and `missed` as `PlatformContext` says."""
        self.name = entry.name
        self.state = ""
        """What the adapter said last."""
        self.settled = asyncio.Event()
        """Set while it is connected or given up, and says so."""
        self.ended = False
        """True when its adapter ended by itself."""
        self._failed = asyncio.Event()
        self._closing = asyncio.Event()
        self._disconnecting = False
        self._entry = entry
        self._clock = clock
        self._meter = meter
        self._conditions = conditions
        self._permit = permit
        self._missed = missed
        self._tell_settled = settled
        self._tell_over = over

    def make(self, made: Callable[[object], None]) -> bool:
        """Make the adapter, which `made` is told of; False when that fails."""
        try:
            self.outlet = self._outlet(made)
        except Exception as error:  # noqa: BLE001 - a plugin's defect must not reach the others
            log.error("platform.failed", platform=self.name, error=type(error).__name__, reason=str(error))
            self._conditions.note("platform", self.name, State.DOWN, str(error))
            return False
        self._conditions.note("platform", self.name, State.DEGRADED, "not connected yet", connected=False)
        return True

    def connect(self, deliver: Deliver) -> None:
        """Connect, and stay connected until `running` is cancelled."""
        self.running = asyncio.create_task(self._run(deliver), name=f"platform {self.name}")

    def disconnect(self) -> None:
        """Take in nothing more; `running` ends when the deliveries under way have. Calls still work."""
        if not self._disconnecting:  # a second one would interrupt that
            self._disconnecting = True
            self.running.cancel()

    async def drained(self, leave: Callable[[InstanceName], Awaitable[None]]) -> None:
        """Disconnect, begin nothing more, let `leave` end what is under way, and release everything."""
        self._closing.set()
        self.disconnect()
        await asyncio.wait({self.running})
        await leave(self.name)
        self._failed.set()
        await self.outlet.platform.close()

    async def _run(self, deliver: Deliver) -> None:
        try:
            await self.outlet.platform.run(deliver)
        except BridgeError as error:
            self._note("failed", str(error))
        except Exception:
            log.exception("platform.crashed", platform=self.name)
            self._note("failed", "a defect in the plugin; see above")
        else:
            self._note("failed", "its adapter stopped by itself")
        self.ended = True
        self._tell_over()

    def _outlet(self, made: Callable[[object], None]) -> Outlet:
        schedulers: list[Scheduler] = []

        def observe(*key: Any, **said: Any) -> None:
            schedulers[0].observe(*key, **said)

        async def admit(keys: Sequence[BudgetKey]) -> None:
            await schedulers[0].run(Priority.FIRST, keys, _nothing)

        context = PlatformContext(self.name, self._clock, observe, self._note, lambda: self._missed(self.name), admit)
        platform: Platform = resolve(self._entry.spec.factory)(self._entry.table, context)
        made(platform)
        schedulers.append(Scheduler(self._clock, platform.capabilities.budgets, permit=self._permit))
        return Outlet(
            platform,
            schedulers[0],
            self._clock,
            self.name,
            self._meter,
            failed=self._failed,
            closing=self._closing,
        )

    def _note(self, state: str, reason: str = "") -> None:
        """The adapter is like this now; one that is being drained has nothing more to say."""
        before, self.state = self.state, state
        if self._closing.is_set() or state == before == "failed":
            return  # said already by the adapter itself
        told = reason or ("" if state == "connected" else state)
        known = STATES.get(state, State.DEGRADED)
        self._conditions.note("platform", self.name, known, told, connected=state != "connecting")
        if state == "failed":
            self._failed.set()
            log.error("platform.failed", platform=self.name, reason=reason)
        elif state == "degraded" or (state == "connecting" and reason):
            log.warning("platform.degraded", platform=self.name, reason=reason)
        elif state != before:
            if state == "connected":
                self._meter.connected(self.name)
            log.info(f"platform.{state}", platform=self.name, **({"reason": reason} if reason else {}))
        if state not in SETTLED:
            self.settled.clear()
        elif not self.settled.is_set():
            self.settled.set()
            self._tell_settled()


async def _nothing() -> None:
    """The adapter makes the call itself."""
