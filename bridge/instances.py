"""The configured platform instances: made, supervised, drained, closed. One that fails leaves the others alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from bridge.clock import Clock, within
from bridge.condition import Conditions
from bridge.config import PlatformEntry
from bridge.instance import Instance
from bridge.meter import Meter
from bridge.model import InstanceName
from bridge.platform import Deliver
from bridge.reply.outlet import Outlet

log = structlog.get_logger(__name__)

SETTLING = 10.0
"""Seconds in which an instance says whether it is connected, or counts as if it were."""


async def _nothing(name: InstanceName) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Around:
    """What instances are connected with."""

    deliver: Deliver
    missed: Callable[[InstanceName], None] = lambda _: None
    """Told of each instance on which messages may have been missed."""
    joined: Callable[[InstanceName], Awaitable[None]] = _nothing
    """Awaited once an instance that an edit brought is connected or given up."""
    leave: Callable[[InstanceName], Awaitable[None]] = _nothing
    """Ends what is under way on an instance that takes in nothing more, after which it is closed."""


class Instances:
    """All platform instances of the operator's file, and how they are."""

    def __init__(
        self,
        entries: Mapping[InstanceName, PlatformEntry],
        clock: Clock,
        meter: Meter,
        conditions: Conditions,
        *,
        permit: Callable[[], None],
        made: Callable[[object], None] = lambda _: None,
    ) -> None:
        """`permit` is for the `Scheduler` of each; `made` is told of each platform before it is used."""
        self._clock = clock
        self._meter = meter
        self._conditions = conditions
        self._permit = permit
        self._made = made
        self._instances: dict[InstanceName, Instance] = {}
        self._around: Around | None = None
        self._given_up = asyncio.Event()
        self._changing: dict[InstanceName, asyncio.Task[None]] = {}
        self._joining: set[asyncio.Task[None]] = set()
        self._wanted = dict(entries)
        self._had: dict[InstanceName, PlatformEntry] = {}
        self.outlets: dict[InstanceName, Outlet] = {}
        """The way out to each instance that could be made."""
        for name, entry in entries.items():
            self._make(name, entry)

    async def run(self, around: Around) -> None:
        """Keep all instances connected until cancelled; returns when the last one has failed."""
        self._around = around
        for instance in self._instances.values():
            instance.connect(around.deliver)
        self.want(self._wanted)
        try:
            if self._instances:
                await self._given_up.wait()
        finally:
            self._around = None
            await self._disconnected()

    def want(self, entries: Mapping[InstanceName, PlatformEntry]) -> None:
        """Have these instances from now on: others are drained, also those whose table changed; then they connect."""
        self._wanted = dict(entries)
        for name in (self._had.keys() | self._wanted.keys()) if self._around is not None else ():
            if name not in self._changing and self._had.get(name) != self._wanted.get(name):
                change = asyncio.create_task(self._change(name), name=f"platform {name} changes")
                self._changing[name] = change
                change.add_done_callback(self._changed)

    async def settle(self) -> None:
        """Wait until each instance is connected or given up, for a while: so long an adapter may take to say so."""
        await self._settle(*self._instances.values())

    async def close(self) -> None:
        """Release everything, after the last call."""
        for instance in self._instances.values():
            await instance.outlet.platform.close()

    async def _change(self, name: InstanceName) -> None:
        """Follow what is wanted, which may change again meanwhile."""
        around = self._around
        while around is not None and (wanted := self._wanted.get(name)) != self._had.get(name):
            if name in self._had:
                await self._end(name, around)
                continue
            assert wanted is not None  # noqa: S101 - it differs from nothing
            self._make(name, wanted)
            instance = self._instances.get(name)
            if instance is not None:
                instance.connect(around.deliver)
                joining = asyncio.create_task(self._join(instance, around), name=f"platform {name} joins")
                self._joining.add(joining)
                joining.add_done_callback(self._joining.discard)

    async def _join(self, instance: Instance, around: Around) -> None:
        await self._settle(instance)
        await around.joined(instance.name)

    async def _end(self, name: InstanceName, around: Around) -> None:
        instance = self._instances.get(name)
        if instance is not None:
            log.info("platform.draining", platform=name)
            await instance.drained(around.leave)
            del self._instances[name], self.outlets[name]
        del self._had[name]
        self._conditions.forget("platform", name)
        log.info("platform.removed" if name not in self._wanted else "platform.replaced", platform=name)

    def _changed(self, task: asyncio.Task[None]) -> None:
        name = next(name for name, change in self._changing.items() if change is task)
        del self._changing[name]
        if not task.cancelled() and task.exception() is not None:
            log.error("platform.not_changed", platform=name, exc_info=task.exception())
        elif not task.cancelled() and self._had.get(name) != self._wanted.get(name):
            self.want(self._wanted)

    def _make(self, name: InstanceName, entry: PlatformEntry) -> None:
        self._had[name] = entry
        instance = Instance(
            entry,
            self._clock,
            self._meter,
            self._conditions,
            self._permit,
            missed=self._missed,
            settled=self._settled,
            over=self._over,
        )
        if instance.make(self._made):
            self._instances[name] = instance
            self.outlets[name] = instance.outlet

    def _missed(self, name: InstanceName) -> None:
        if self._around is not None:
            self._around.missed(name)

    def _settled(self) -> None:
        if all(instance.settled.is_set() for instance in self._instances.values()):
            log.info("app.ready", platforms={name: self._instances[name].state for name in sorted(self._instances)})

    def _over(self) -> None:
        if all(instance.ended for instance in self._instances.values()):
            self._given_up.set()

    async def _disconnected(self) -> None:
        """Let no instance take in anything more, and wait until none does."""
        ending = [*self._changing.values(), *self._joining]
        for task in ending:
            task.cancel()
        for instance in self._instances.values():
            instance.disconnect()
            ending.append(instance.running)
        if ending:
            await asyncio.wait(ending)

    async def _settle(self, *instances: Instance) -> None:
        with contextlib.suppress(TimeoutError):
            await within(self._clock, SETTLING, _all_settled(instances))


async def _all_settled(instances: tuple[Instance, ...]) -> None:
    for instance in instances:
        await instance.settled.wait()
