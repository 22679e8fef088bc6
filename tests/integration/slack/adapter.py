"""The adapter at work against the fake, with a core that only collects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bridge import (
    BudgetKey,
    ChannelId,
    Clock,
    Event,
    InstanceName,
    Message,
    PlatformContext,
    Secret,
    Surface,
    SystemClock,
    ThreadId,
    ThreadRef,
    WorkspaceId,
)
from bridge_sandbox.slack import FakeSlack
from bridge_slack.config import SlackTable
from bridge_slack.platform import SlackPlatform

INSTANCE = InstanceName("slack")

QUICK = pytest.mark.parametrize("scale", [0.05])
"""For a test that waits for Slack to send something again."""


@dataclass
class Core:
    """Takes events as the core does; `refuse` makes it raise instead, and `hold` makes it wait."""

    events: list[Event] = field(default_factory=list)
    health: list[tuple[str, str]] = field(default_factory=list)
    observed: list[tuple[BudgetKey, float | None]] = field(default_factory=list)
    refuse: list[Exception] = field(default_factory=list)
    hold: asyncio.Event | None = None
    waiting: int = 0
    missed: int = 0
    clock: Clock = field(default_factory=SystemClock)

    async def deliver(self, event: Event) -> None:
        """What the adapter is given."""
        if self.hold is not None:
            self.waiting += 1
            await self.hold.wait()
        if self.refuse:
            raise self.refuse.pop(0)
        self.events.append(event)

    def miss(self) -> None:
        """Counts how often messages may have been missed."""
        self.missed += 1

    def observe(self, key: BudgetKey, *, reset_after: float | None = None, **_: Any) -> None:
        """Collects what the platform said about a limit."""
        self.observed.append((key, reset_after))

    def report(self, state: str, reason: str = "") -> None:
        """Collects how the adapter says it is."""
        self.health.append((state, reason))

    @property
    def state(self) -> str:
        """How the adapter said last that it is."""
        return self.health[-1][0] if self.health else ""

    @property
    def lost(self) -> list[str]:
        """Why it was not connected, each time that it said so."""
        return [reason for state, reason in self.health if state == "connecting" and reason]

    @property
    def messages(self) -> list[Message]:
        """The messages among the events."""
        return [event for event in self.events if isinstance(event, Message)]


class QuickClock(SystemClock):
    """The machine's time, in which waits are `speed` times as short."""

    def __init__(self, speed: float) -> None:
        self._speed = speed

    def monotonic(self) -> float:
        return super().monotonic() * self._speed

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / self._speed)


def adapter(slack: FakeSlack, core: Core, **settings: Any) -> SlackPlatform:
    """A Slack adapter for the fake; not connected."""
    values = {"bot_token": slack.bot_token, "app_token": slack.app_token, "api_url": slack.api_url, **settings}
    secrets = {name: Secret(value) for name, value in values.items() if name.endswith("_token")}
    table = SlackTable(**{**values, **secrets})
    context = PlatformContext(INSTANCE, core.clock, core.observe, core.report, core.miss)
    return SlackPlatform(table, context)


@asynccontextmanager
async def connected(slack: FakeSlack, core: Core, **settings: Any) -> AsyncIterator[SlackPlatform]:
    """An adapter that runs, both of its sockets open; stopped and closed at the end."""
    platform = adapter(slack, core, **settings)
    running = asyncio.create_task(platform.run(core.deliver))
    try:
        await slack.sockets.settled(2)
        yield platform
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await platform.close()


def thread(slack: FakeSlack, channel: str, root: str | None = None) -> ThreadRef:
    """The thread below `root`; without one the top level of a DM."""
    surface, name = (Surface.THREAD, root) if root else (Surface.DIRECT, channel)
    return ThreadRef(INSTANCE, WorkspaceId(slack.workspace.id), ChannelId(channel), ThreadId(name), surface)
