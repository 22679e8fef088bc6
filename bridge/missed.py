"""Reads the places of one platform instance where people may have asked while nobody listened."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bridge.budget.scheduler import Priority
from bridge.errors import OutcomeUnknown, PlatformError, PlatformUnavailable, Rejected
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
SILENT = timedelta(days=30)
"""How long a thread may have been silent that is still read, after all others."""
MESSAGES = 1_000
"""The messages that are read of one place."""
ATTEMPTS = 8
"""So often a call is made before its place is put aside: for about a minute."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What may have been missed on one instance, by the routes that hold now."""

    name: InstanceName
    outlet: Outlet
    platform: HasHistory
    store: Store
    routes: Sequence[Route]
    aside: list[ThreadRef] = field(default_factory=list)
    """Places that could not be read, and that no other place is to wait for."""

    async def since(self, moment: datetime, earliest: datetime) -> AsyncIterator[Sequence[Message]]:
        """What people wrote after `moment`, place by place, each oldest first; threads silent since `earliest` come
        last. Rate limits are waited out, and outages for a while. Raises InstanceFailed and StoreError, and
        PlatformError once everything else is read where the channels cannot be listed."""
        recent = await self.store.threads.active(self.name, earliest, CONVERSATIONS)
        known = await self.store.threads.active(self.name, earliest - SILENT, CONVERSATIONS)
        silent = known[len(recent) :]
        direct = {place.channel for place in known if place.surface is Surface.DIRECT}
        unlisted: PlatformError | None = None
        for place in _with_history(recent):
            yield await self._now_or_later(place, moment)
        try:
            channels = await self._channels()
        except (PlatformUnavailable, OutcomeUnknown) as error:
            channels, unlisted = (), error
        at_the_top = [channel.place for channel in channels if channel.place.channel not in direct]
        for place in (*at_the_top, *_with_history(silent)):
            yield await self._now_or_later(place, moment)
        if unlisted is not None:
            raise unlisted

    async def _now_or_later(self, place: ThreadRef, moment: datetime) -> Sequence[Message]:
        """As `of`; nothing where the place is put aside."""
        try:
            return await self.of(place, moment)
        except (PlatformUnavailable, OutcomeUnknown) as error:
            log.warning("backfill.put_aside", platform=self.name, channel=place.channel, reason=str(error))
            self.aside.append(place)
            return ()

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

    async def of(self, place: ThreadRef, moment: datetime) -> Sequence[Message]:
        """What people wrote in one place after `moment`, oldest first. Raises PlatformUnavailable and OutcomeUnknown
        when it cannot be read now; as `since` otherwise."""
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
        return await insist(
            outlet.clock,
            lambda: outlet.call(Priority.MIDDLE, operation, place, lambda: ask(cursor)),
            attempts=ATTEMPTS,
        )


def _with_history(places: Sequence[ThreadRef]) -> Sequence[ThreadRef]:
    """Those that have a history of their own: a chain of replies stands at the channel's top level."""
    return [place for place in places if place.surface is not Surface.CHANNEL]
