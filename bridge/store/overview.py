"""Lists of threads, sessions and turns, mostly for operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.model import InstanceName
from bridge.store import bindings, threads, turn_rows
from bridge.store.reader import Reader
from bridge.store.records import BindingHistory, ThreadRow, TurnRow


class Overview:
    """`Store.overview`. What it raises is what `Store` does."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def find_threads(self, name: str) -> Sequence[ThreadRow]:
        """The thread of this row id; if there is none, those that platforms call `name`."""
        return await self._reader.run(lambda connection: threads.named(connection, name))

    async def sessions(self, limit: int = 100, instance: InstanceName | None = None) -> Sequence[ThreadRow]:
        """Threads with their current bindings, the latest active first."""
        return await self._reader.run(lambda connection: threads.latest(connection, limit, instance))

    async def bound_threads(self) -> Mapping[str, int]:
        """How many threads each chatbot has a session in, by its name."""
        return await self._reader.run(bindings.bound)

    async def session_history(self, thread_id: int) -> Sequence[BindingHistory]:
        """Every binding the thread ever had, oldest first."""
        return await self._reader.run(lambda connection: bindings.history(connection, thread_id))

    async def turns(self, thread_id: int, limit: int = 20) -> Sequence[TurnRow]:
        """The thread's turns, latest first."""
        return await self._reader.run(lambda connection: turn_rows.latest(connection, thread_id, limit))
