"""The platform in memory has limits, and fails as a test tells it to. What it shares with others is in its contract."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import pytest

from bridge import (
    Budget,
    Button,
    Edited,
    Event,
    Gone,
    NotEditable,
    Operation,
    Part,
    PlatformContext,
    PlatformUnavailable,
    RateLimited,
    Surface,
    SystemClock,
)
from bridge.model import InstanceName
from bridge.plugins import Plugins, resolve
from bridge.testing import CAPABILITIES, MemoryPlatform, MemoryTable, MemoryWorld, VirtualClock, eventually, memory


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def heard() -> list[Event]:
    return []


@pytest.fixture
async def world(heard: list[Event]) -> AsyncIterator[MemoryWorld]:
    """A world with one running adapter, which delivers to `heard`."""
    world = MemoryWorld()

    async def deliver(event: Event) -> None:
        heard.append(event)

    running = asyncio.create_task(MemoryPlatform(world).run(deliver))
    await world.until(lambda: world.connected)
    yield world
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert not world.connected


async def test_people_write_change_and_delete(world: MemoryWorld, heard: list[Event]) -> None:
    message = await world.say("Hello", mention=True, author="Grace", channel="help")
    assert (message.author.name, message.channel.name, message.thread.surface) == ("Grace", "help", Surface.THREAD)
    assert message.in_channel is not None
    assert message.in_channel.surface is Surface.CHANNEL
    edited = await world.change(message, "Hello!")
    deleted = await world.delete(message)
    await eventually(lambda: len(heard) == 3)
    assert heard == [message, edited, deleted]
    assert isinstance(edited, Edited)
    assert not world.said


async def test_a_redelivery_is_the_same_event(world: MemoryWorld, heard: list[Event]) -> None:
    message = await world.say("Twice", mention=True)
    world.send(message)
    await eventually(lambda: len(heard) == 2)
    assert heard[0] == heard[1]


async def test_every_text_of_a_message_is_kept() -> None:
    world = MemoryWorld()
    platform = MemoryPlatform(world)
    thread = (await world.say("Question")).thread
    ref = await platform.post(thread, Part("One"), "marker")
    await platform.edit(ref, Part("One two"))
    await platform.set_buttons(ref, Part("One two"), [Button("Stop", "stop")])
    shown = world.messages(thread)[0]
    assert shown.history == ["One", "One two", "One two"]
    assert shown.buttons == (Button("Stop", "stop"),)
    assert [call.operation for call in world.calls] == [Operation.POST, Operation.EDIT, Operation.EDIT]


async def test_an_old_message_cannot_be_edited(clock: VirtualClock) -> None:
    world = MemoryWorld(clock=clock, capabilities=replace(CAPABILITIES, edit_seconds=60))
    platform = MemoryPlatform(world)
    ref = await platform.post((await world.say("Question")).thread, Part("One"), "marker")
    await clock.advance(60)
    await platform.edit(ref, Part("Two"))
    await clock.advance(1)
    with pytest.raises(NotEditable):
        await platform.edit(ref, Part("Three"))


async def test_limits_are_enforced_where_a_test_wants_them(clock: VirtualClock) -> None:
    budgets = {**CAPABILITIES.budgets, "edit": Budget(burst=2, rate=0.5)}
    world = MemoryWorld(clock=clock, capabilities=replace(CAPABILITIES, budgets=budgets), limits=True)
    platform = MemoryPlatform(world)
    ref = await platform.post((await world.say("Question")).thread, Part("0"), "marker")
    await platform.edit(ref, Part("1"))
    await platform.edit(ref, Part("2"))
    with pytest.raises(RateLimited) as refused:
        await platform.edit(ref, Part("3"))
    assert refused.value.retry_after == pytest.approx(2)
    await clock.advance(refused.value.retry_after)
    await platform.edit(ref, Part("3"))
    assert world.shown(ref.thread) == ("3",)


async def test_calls_can_be_held() -> None:
    world = MemoryWorld()
    platform = MemoryPlatform(world)
    thread = (await world.say("Question")).thread
    async with world.holding(Operation.POST):
        posting = asyncio.create_task(platform.post(thread, Part("Later"), "marker"))
        await VirtualClock().settle()
        assert not world.shown(thread)
    await posting
    assert world.shown(thread) == ("Later",)


async def test_a_fault_hits_as_often_as_it_says() -> None:
    world = MemoryWorld()
    platform = MemoryPlatform(world)
    thread = (await world.say("Question")).thread
    world.fail(Operation.POST, PlatformUnavailable(), times=2)
    for _ in range(2):
        with pytest.raises(PlatformUnavailable):
            await platform.post(thread, Part("Now"), "marker")
    await platform.post(thread, Part("Now"), "marker")
    assert world.shown(thread) == ("Now",)


async def test_files_go_in_and_out() -> None:
    world = MemoryWorld()
    platform = MemoryPlatform(world)
    thread = (await world.say("Question")).thread
    ref = await platform.upload(thread, Part("The rest"), b"# More", "marker")
    assert world.screen.get(ref).content == b"# More"
    await platform.delete(ref)
    with pytest.raises(Gone):
        world.screen.get(ref)


async def test_it_is_a_plugin_like_any_other() -> None:
    plugins = Plugins(available=[])
    plugins.register(memory, "memory")
    spec = plugins.platforms()["memory"]
    world = MemoryWorld("by name")
    context = PlatformContext(InstanceName("memory"), SystemClock(), lambda *_, **__: None, lambda *_: None)
    adapter = resolve(spec.factory)(resolve(spec.config)(world="by name"), context)
    assert isinstance(adapter, MemoryPlatform)
    assert adapter.world is world
    assert "memory" in resolve(spec.example)


def test_a_world_lives_as_long_as_its_test() -> None:
    world = MemoryWorld("short-lived")
    assert MemoryWorld.named("short-lived") is world
    del world
    gc.collect()
    with pytest.raises(LookupError, match="no MemoryWorld named 'short-lived'"):
        MemoryWorld.named(MemoryTable(world="short-lived").world)
