"""The adapter at work against the fake, with a core that only collects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bridge import (
    BudgetKey,
    ChannelId,
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
from tests.integration.slack.waiting import PATIENCE

INSTANCE = InstanceName("slack")


@dataclass
class Core:
    """Takes events as the core does; `refuse` makes it raise instead, and `hold` makes it wait."""

    events: list[Event] = field(default_factory=list)
    health: list[tuple[str, str]] = field(default_factory=list)
    observed: list[tuple[BudgetKey, float | None]] = field(default_factory=list)
    refuse: list[Exception] = field(default_factory=list)
    hold: asyncio.Event | None = None
    waiting: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def deliver(self, event: Event) -> None:
        """What the adapter is given."""
        if self.hold is not None:
            self.waiting += 1
            await self._notify()
            await self.hold.wait()
        if self.refuse:
            raise self.refuse.pop(0)
        self.events.append(event)
        await self._notify()

    def observe(self, key: BudgetKey, *, reset_after: float | None = None, **_: Any) -> None:
        """Collects what the platform said about a limit."""
        self.observed.append((key, reset_after))

    def report(self, state: str, reason: str = "") -> None:
        """Collects how the adapter says it is."""
        self.health.append((state, reason))

    @property
    def messages(self) -> list[Message]:
        """The messages among the events."""
        return [event for event in self.events if isinstance(event, Message)]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds()`; looked at after each event."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(holds)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def adapter(slack: FakeSlack, core: Core, **settings: Any) -> SlackPlatform:
    """A Slack adapter for the fake; not connected."""
    tokens = {"bot_token": Secret(slack.bot_token), "app_token": Secret(slack.app_token)}
    table = SlackTable(**{**tokens, "api_url": slack.api_url, **settings})
    context = PlatformContext(INSTANCE, SystemClock(), core.observe, core.report)
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
