"""Who answers: of all processes that open one database to run, the last one.

The lock beside the database keeps a second process out. Where it does not, because its file was deleted, the lease sees
to it that two never go on together: whoever takes it raises its epoch, which is checked in every transaction and before
anything is said to a platform or a chatbot.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from bridge.clock import Clock
from bridge.errors import StoreInUse
from bridge.store.schema import leases
from bridge.store.sqlite import translate

LANES = "lanes"
"""One lease for the lanes of all threads: a SQLite database has one process that runs."""
FRESH = 1.0
"""Seconds for which a process may call a platform without looking again whether it still has the lease."""

_CURRENT = f"SELECT epoch, owner FROM {leases.name} WHERE name = '{LANES}'"  # noqa: S608 - both are our own
"""For the driver itself: this is asked in every transaction."""


def take(connection: Connection, owner: str, *, now: int) -> int:
    """Take the lease from whoever has it: the lock says that it is dead. Returns the new epoch."""
    first = insert(leases).values(name=LANES, owner=owner, epoch=1, at=now)
    raised = {"owner": owner, "epoch": leases.c.epoch + 1, "at": now}
    taken = first.on_conflict_do_update(index_elements=["name"], set_=raised).returning(leases.c.epoch)
    return int(connection.execute(taken).scalar_one())


class Lease:
    """What this process took. From the moment that another process takes it, all here raises StoreInUse."""

    def __init__(self, epoch: int, connection: Connection, path: Path, clock: Clock) -> None:
        """To be made on the event loop that awaits `lost`; `path` is that of the database, `connection` for looking."""
        self._epoch = epoch
        self._path = path
        self._connection = connection
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._seen_at = clock.monotonic()
        self._taker = ""
        self._lost = asyncio.Event()

    def check(self, connection: Connection) -> None:
        """Look, in any thread. A transaction that holds the database's write lock commits as the owner."""
        now = self._clock.monotonic()
        driver: Any = connection.connection.driver_connection
        epoch, owner = driver.execute(_CURRENT).fetchone() or (None, "another process")
        if epoch != self._epoch:
            self._taker = owner
            with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody who waits
                self._loop.call_soon_threadsafe(self._lost.set)
            raise self._refusal()
        self._seen_at = now

    def confirm(self) -> None:
        """Look, unless the last look was a moment ago. Raises StoreError, also when it cannot be seen.

        On the event loop: a row of a database that is open costs less than a hop to another thread, and whoever has
        looked must not wait behind others before it acts.
        """
        if self._taker or self._clock.monotonic() - self._seen_at >= FRESH:
            try:
                self.check(self._connection)
            except Exception as error:
                raise translate(error, self._path) from error

    async def lost(self) -> NoReturn:
        """Wait until another process is known to have taken it, and raise."""
        await self._lost.wait()
        raise self._refusal()

    def close(self) -> None:
        """Look no more. May be called again."""
        self._connection.close()

    def _refusal(self) -> StoreInUse:
        return StoreInUse(
            f"{self._taker} has taken over the database {self._path} while this one was running; run only one of them"
        )
