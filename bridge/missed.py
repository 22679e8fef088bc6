"""Reads the places of one platform instance where people may have asked while nobody listened."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog

from bridge.budget.scheduler import Priority
from bridge.errors import Rejected
from bridge.model import ChannelId, InstanceName, Message, Surface, ThreadId, ThreadRef, WorkspaceId
from bridge.platform import Channel, HasHistory, Operation
from bridge.reply.insist import insist
from bridge.reply.outlet import Outlet
from bridge.route import Route
from bridge.routing import may_apply
from bridge.store import Store

log = structlog.get_logger(__name__)

T = TypeVar("T")
Ask = Callable[[str | None], Awaitable[tuple[Sequence[T], str | None]]]

CONVERSATIONS = 1_000
"""The threads that are read, the latest active first."""
CHANNELS = 100
MESSAGES = 1_000
"""The messages that are read of one place."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What may have been missed on one instance, by the routes that hold now."""

    name: InstanceName
    outlet: Outlet
    platform: HasHistory
    store: Store
    routes: Sequence[Route]

    async def since(self, moment: datetime, earliest: datetime) -> AsyncIterator[Sequence[Message]]:
        """What people wrote after `moment`, place by place, each oldest first; threads silent since `earliest` are not
        read. Rate limits and outages are waited out. Raises InstanceFailed and StoreError."""
        known = await self.store.threads.active(self.name, earliest, CONVERSATIONS)
        for place in known:
            if place.surface is not Surface.CHANNEL:  # a chain of replies stands at the channel's top level
                yield await self._read(place, moment)
        direct = {place.channel for place in known if place.surface is Surface.DIRECT}
        for channel in await self._channels():
            if channel.place.channel not in direct:
                yield await self._read(channel.place, moment)

    async def of(self, place: ThreadRef, moment: datetime) -> Sequence[Message]:
        """What people wrote in one place after `moment`, oldest first. As `since` otherwise."""
        return await self._read(place, moment)

    async def _channels(self) -> Sequence[Channel]:
        """The channels and direct conversations that some route takes."""
        nowhere = ThreadRef(self.name, WorkspaceId(""), ChannelId(""), ThreadId(""), Surface.CHANNEL)
        found: list[Channel] = []
        try:
            async for page in self._pages(Operation.CHANNELS, nowhere, self.platform.channels):
                found += filter(self._is_routed, page)
        except Rejected as error:
            log.warning("backfill.channels_not_listed", platform=self.name, reason=str(error))
        if len(found) > CHANNELS:
            log.warning("backfill.too_many_channels", platform=self.name, channels=len(found), read=CHANNELS)
        return found[:CHANNELS]

    def _is_routed(self, channel: Channel) -> bool:
        direct = channel.place.surface is Surface.DIRECT
        return may_apply(self.routes, self.name, channel.workspace, channel.channel, direct=direct)

    async def _read(self, place: ThreadRef, moment: datetime) -> Sequence[Message]:
        found: list[Message] = []
        try:
            async for page in self._pages(
                Operation.HISTORY, place, lambda cursor: self.platform.history(place, moment, cursor)
            ):
                found += page
                if len(found) >= MESSAGES:
                    log.warning(
                        "backfill.too_many_messages", platform=self.name, channel=place.channel, read=len(found)
                    )
                    break
        except Rejected as error:
            log.info("backfill.not_readable", platform=self.name, channel=place.channel, reason=str(error))
        return sorted(found, key=lambda message: message.sent_at)

    async def _pages(self, operation: Operation, place: ThreadRef, ask: Ask[T]) -> AsyncIterator[Sequence[T]]:
        cursor: str | None = None
        while True:
            page, cursor = await self._call(operation, place, cursor, ask)
            yield page
            if cursor is None:
                return

    async def _call(
        self, operation: Operation, place: ThreadRef, cursor: str | None, ask: Ask[T]
    ) -> tuple[Sequence[T], str | None]:
        outlet = self.outlet
        return await insist(outlet.clock, lambda: outlet.call(Priority.MIDDLE, operation, place, lambda: ask(cursor)))
