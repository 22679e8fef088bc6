"""One thread reads, on a connection of its own, so that a read never waits for a commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.engine import Connection

from bridge.errors import StoreError

R = TypeVar("R")


class Reader:
    """Owns the connection that reads; each read sees one state of the database."""

    def __init__(self, connection: Connection, *, translate: Callable[[Exception], StoreError]) -> None:
        self._connection = connection
        self._translate = translate
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="bridge-store-reader")
        self._closed = False

    async def run(self, query: Callable[[Connection], R]) -> R:
        """The result of `query`. Raises StoreError."""
        if self._closed:
            raise StoreError("the store is closed")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, query)

    def _read(self, query: Callable[[Connection], R]) -> R:
        try:
            with self._connection.begin():
                return query(self._connection)
        except StoreError:
            raise
        except Exception as error:
            raise self._translate(error) from error

    async def close(self) -> None:
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)
        self._connection.close()
