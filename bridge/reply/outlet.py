"""The way out to one platform instance: every call passes its scheduler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bridge.budget.scheduler import Priority, Scheduler
from bridge.model import MessageRef, ThreadRef
from bridge.platform import FindsMarkers, OpensThreads, Operation, Part, PartKind, Platform, ShowsActivity

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outlet:
    """One platform instance as the core writes to it."""

    name: str
    platform: Platform
    scheduler: Scheduler

    async def call(
        self,
        priority: Priority,
        operation: Operation,
        thread: ThreadRef,
        call: Callable[[], Awaitable[T]],
        weight: Callable[[], float] | None = None,
    ) -> T:
        """Wait for the budget, then make the call. Raises what the call raises."""
        keys = self.platform.budget_keys(operation, thread)
        return await self.scheduler.run(priority, keys, call, weight=weight)

    def fits(self, text: str) -> bool:
        """Whether a part with this text is within the platform's limit."""
        return self.platform.size(Part(text)) <= self.platform.capabilities.part_size

    async def open_thread(self, thread: ThreadRef, title: str) -> None:
        """Open the thread where the platform needs that."""
        platform = self.platform
        if isinstance(platform, OpensThreads):
            opener = platform
            await self.call(
                Priority.FIRST, Operation.OPEN_THREAD, thread, lambda: opener.open_thread(thread, title)
            )

    async def show_activity(self, thread: ThreadRef, status: str) -> None:
        """Show what the bot is doing, where the platform can."""
        platform = self.platform
        if isinstance(platform, ShowsActivity):
            shower = platform
            await self.call(
                Priority.ACTIVITY, Operation.ACTIVITY, thread, lambda: shower.show_activity(thread, status)
            )

    async def find(self, thread: ThreadRef, marker: str) -> MessageRef | None:
        """The message that was posted with `marker`, if the platform can tell."""
        platform = self.platform
        if not isinstance(platform, FindsMarkers):
            return None
        finder = platform
        return await self.call(Priority.FIRST, Operation.HISTORY, thread, lambda: finder.find(thread, marker))

    async def notice(self, thread: ThreadRef, text: str, marker: str) -> MessageRef:
        """Post a sentence of the bridge's own, once."""
        part = Part(text, PartKind.NOTICE, final=True)
        return await self.call(
            Priority.FINAL, Operation.POST, thread, lambda: self.platform.post(thread, part, marker)
        )
