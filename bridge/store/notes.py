"""What is noted down beside messages and turns: how far a platform was read, what was said once, what is in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bridge.clock import Clock
from bridge.model import InstanceName, ThreadRef
from bridge.store import cursors
from bridge.store.encoding import to_micros
from bridge.store.reader import Reader
from bridge.store.writer import Writer


class Notes:
    """`Store.notes`. What it raises is what `Store` does."""

    def __init__(self, writer: Writer, reader: Reader, clock: Clock) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock

    async def tell_once(self, thread: ThreadRef, kind: str) -> bool:
        """True for the first call with this thread and kind, ever. The thread need not be stored."""
        now = to_micros(self._clock.now())
        return await self._writer.run(lambda connection: cursors.tell_once(connection, thread, kind, now=now))

    async def untell(self, kinds: Sequence[str]) -> None:
        """Have `tell_once` be true again for these kinds, in every thread."""
        await self._writer.run(lambda connection: cursors.untell(connection, kinds))

    async def set_applied(self, body: str) -> None:
        """Note which configuration is in use from now on."""
        now = to_micros(self._clock.now())
        await self._writer.run(lambda connection: cursors.set_applied(connection, body, now=now))

    async def applied(self) -> tuple[datetime, str] | None:
        """The configuration that was noted last, and when; None before the first start."""
        return await self._reader.run(cursors.get_applied)

    async def early(self, thread: ThreadRef) -> bool:
        """Whether messages in a thread were left alone because no conversation had begun there yet."""
        return await self._reader.run(lambda connection: cursors.early(connection, thread))

    async def set_reached(self, instance: InstanceName, at: datetime) -> None:
        """Everything that was sent on the instance until `at` is stored, but not later than now. It goes back in time
        only from a moment that lies ahead, which a wrong clock must have noted."""
        now = to_micros(self._clock.now())
        await self._writer.run(lambda connection: cursors.set_reached(connection, instance, at, now=now))

    async def reached(self, instance: InstanceName) -> datetime | None:
        """Until when everything is stored; None before that was ever said."""
        return await self._reader.run(lambda connection: cursors.get_reached(connection, instance))

    async def newest(self, instance: InstanceName) -> datetime | None:
        """When the event was sent that was stored last, or was stored itself; None without any."""
        return await self._reader.run(lambda connection: cursors.newest(connection, instance))

    async def changes(self) -> int:
        """How often other processes changed a binding: cheap to ask, and a new number means to look again."""
        return await self._reader.run(cursors.changes)
