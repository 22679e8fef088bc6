"""What the core makes of what an adapter calls, and of what it says of itself."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bridge.admin.health import overall
from bridge.budget.scheduler import Priority
from bridge.condition import ALONE_SECONDS, Condition, Conditions, State
from bridge.config import PlatformEntry
from bridge.hookspecs import PlatformSpec
from bridge.instances import Instances
from bridge.meter import Meter
from bridge.model import InstanceName
from bridge.platform import BudgetKey, PlatformContext
from bridge.reply.outlet import Outlet
from bridge.testing import MemoryPlatform, MemoryTable, MemoryWorld, VirtualClock

CHANNEL = BudgetKey("post", "general")


class Knowing(MemoryPlatform):
    """An adapter that keeps what the core gave to it."""

    context: PlatformContext


def make(table: MemoryTable, context: PlatformContext) -> Knowing:
    """Its factory."""
    platform = Knowing(MemoryWorld.named(table.world))
    platform.context = context
    return platform


class House:
    """Instances that the test speaks for: nothing connects them."""

    def __init__(self, *names: str) -> None:
        self.clock = VirtualClock()
        self.world = MemoryWorld("instances", clock=self.clock)
        self.conditions = Conditions(self.clock)
        spec = PlatformSpec("knowing", "bridge.testing:MemoryTable", f"{__name__}:make", "")
        table = MemoryTable(world="instances")
        entries = {InstanceName(name): PlatformEntry(InstanceName(name), "knowing", spec, table) for name in names}
        self.instances = Instances(entries, self.clock, Meter(), self.conditions, permit=lambda: None)

    def outlet(self, name: str) -> Outlet:
        """The way out to an instance."""
        return self.instances.outlets[InstanceName(name)]

    def context(self, name: str) -> PlatformContext:
        """What its adapter was given."""
        platform = self.outlet(name).platform
        assert isinstance(platform, Knowing)
        return platform.context

    def says(self, name: str, state: str, reason: str = "") -> None:
        """Its adapter says that it is like this."""
        self.context(name).health(state, reason)

    def loses(self, name: str, reason: str) -> datetime:
        """Its adapter lost the connection; when that was."""
        self.says(name, "connecting", reason)
        return self.clock.now()

    def told(self, name: str) -> Condition:
        """What operators are told of it."""
        return self.conditions.all()["platform", name]

    def overall(self) -> State:
        """What they are told of the whole."""
        return overall(self.conditions.all())


async def nothing() -> None:
    """A call that is over at once."""


async def test_a_call_that_only_the_adapter_knows_of_waits_for_its_turn() -> None:
    house = House("slack")
    clock, outlet = house.clock, house.outlet("slack")
    while outlet.scheduler.wait([CHANNEL], clock.monotonic()) == 0:
        await outlet.scheduler.run(Priority.FINAL, [CHANNEL], nothing)
    second_page = asyncio.ensure_future(house.context("slack").admit([CHANNEL]))
    final = asyncio.create_task(outlet.scheduler.run(Priority.FINAL, [CHANNEL], nothing))
    await clock.advance(1)
    assert (final.done(), second_page.done()) == (True, False), "an end goes first"
    await clock.advance(1)
    assert second_page.done()
    assert house.world.connected == 0


async def test_whoever_is_without_a_connection_for_long_is_down_whatever_the_reasons_meanwhile() -> None:
    house = House("slack")
    house.says("slack", "connected")
    began = house.loses("slack", "the connection was lost")
    await house.clock.advance(ALONE_SECONDS / 2)
    house.says("slack", "connecting", "no such host")
    await house.clock.advance(ALONE_SECONDS / 2 - 1)
    assert (house.told("slack").state, house.overall()) == (State.DEGRADED, State.DEGRADED)
    await house.clock.advance(1)
    assert (house.told("slack").state, house.overall()) == (State.DOWN, State.DOWN)
    assert house.told("slack").reason == "without a connection for 1 min: no such host"
    assert house.told("slack").since == began
    await house.clock.advance(3600)
    assert house.told("slack").reason == "without a connection for 61 min: no such host"
    house.says("slack", "connected")
    assert (house.told("slack").state, house.overall()) == (State.UP, State.UP)


async def test_a_connection_that_comes_and_goes_counts_from_its_last_loss() -> None:
    house = House("slack")
    for _ in range(3):
        house.loses("slack", "the connection was lost")
        await house.clock.advance(ALONE_SECONDS - 1)
        assert house.overall() is State.DEGRADED
        house.says("slack", "connected")


async def test_whoever_never_connects_is_down_and_the_other_platform_still_answers() -> None:
    house = House("slack", "discord")
    house.says("discord", "connected")
    await house.clock.advance(ALONE_SECONDS)
    assert (house.told("slack").state, house.overall()) == (State.DOWN, State.DEGRADED)
    house.loses("discord", "the gateway connection was lost")
    await house.clock.advance(ALONE_SECONDS)
    assert house.overall() is State.DOWN


async def test_whoever_is_connected_and_reads_only_mentions_stays_degraded() -> None:
    house = House("discord")
    house.loses("discord", "the gateway connection was lost")
    house.says("discord", "degraded", "only mentions are read")
    expected = Condition(State.DEGRADED, "only mentions are read", house.clock.now())
    await house.clock.advance(24 * 3600)
    assert house.told("discord") == expected
    assert house.overall() is State.DEGRADED
