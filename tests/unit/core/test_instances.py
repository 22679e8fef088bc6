"""What a platform instance calls passes its scheduler, also what only the adapter knows of."""

from __future__ import annotations

import asyncio

from bridge.budget.scheduler import Priority
from bridge.condition import Conditions
from bridge.config import PlatformEntry
from bridge.hookspecs import PlatformSpec
from bridge.instances import Instances
from bridge.meter import Meter
from bridge.model import InstanceName
from bridge.platform import BudgetKey, PlatformContext
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


async def nothing() -> None:
    """A call that is over at once."""


async def test_a_call_that_only_the_adapter_knows_of_waits_for_its_turn() -> None:
    clock = VirtualClock()
    world = MemoryWorld("instances", clock=clock)
    spec = PlatformSpec("knowing", "bridge.testing:MemoryTable", f"{__name__}:make", "")
    name = InstanceName("knowing")
    instances = Instances(
        {name: PlatformEntry(name, "knowing", spec, MemoryTable(world="instances"))},
        clock,
        Meter(),
        Conditions(clock),
        permit=lambda: None,
    )
    outlet = instances.outlets[name]
    assert isinstance(outlet.platform, Knowing)
    while outlet.scheduler.wait([CHANNEL], clock.monotonic()) == 0:
        await outlet.scheduler.run(Priority.FINAL, [CHANNEL], nothing)
    second_page = asyncio.ensure_future(outlet.platform.context.admit([CHANNEL]))
    final = asyncio.create_task(outlet.scheduler.run(Priority.FINAL, [CHANNEL], nothing))
    await clock.advance(1)
    assert (final.done(), second_page.done()) == (True, False), "an end goes first"
    await clock.advance(1)
    assert second_page.done()
    assert world.connected == 0
