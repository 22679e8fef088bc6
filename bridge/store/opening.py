"""Opening the database: the file, the lock, the schema, in this order."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.engine import Connection

from bridge.clock import Clock
from bridge.errors import StoreError, StoreUnusable
from bridge.store import migrate
from bridge.store.encoding import to_micros
from bridge.store.lease import Lease, take
from bridge.store.lock import FileLock, own_name
from bridge.store.reader import Reader
from bridge.store.schema import REVISIONS
from bridge.store.sqlite import database_path, make_engine, translate, use_wal
from bridge.store.store import Store
from bridge.store.writer import Writer


async def open_store(
    url: str, *, clock: Clock, directory: Path, upgrade: bool, exclusive: bool, busy_timeout: float = 5.0
) -> Store:
    """Open the database that `url` names; a relative path in it is relative to `directory`.

    `upgrade` creates it where there is none and brings its schema up to date. `exclusive` is for the one process that
    runs the bridge; without it, changes of bindings are counted for that process to see. `busy_timeout`, in seconds, is
    how long a call waits for another program's transaction before it raises StoreBusy.

    Raises StoreInUse when another process has it exclusively, StoreUnusable when it cannot be used as it is.
    """
    path = database_path(url, directory)
    now = to_micros(clock.now())
    opened = await asyncio.to_thread(_open, path, now, upgrade=upgrade, exclusive=exclusive, busy_timeout=busy_timeout)
    translated = partial(translate, path=path)
    held = None if opened.lease is None else Lease(*opened.lease, path, clock)
    permit = None if held is None else held.check
    writer = Writer(opened.writing, guard=_still_there(path), translate=translated, permit=permit)
    return Store(writer, Reader(opened.reading, translate=translated), clock, opened.lock, held)


@dataclass(frozen=True, slots=True)
class _Opened:
    reading: Connection
    writing: Connection
    lock: FileLock | None
    lease: tuple[int, Connection] | None
    """Its epoch, and a connection to look at it."""


def _open(path: Path, now: int, *, upgrade: bool, exclusive: bool, busy_timeout: float) -> _Opened:
    if not path.parent.is_dir():
        raise StoreUnusable(f"the directory {path.parent} of the database does not exist; create it first")
    if not upgrade and not path.exists():
        raise StoreUnusable(f"there is no database at {path} yet; `bridge run` or `bridge db upgrade` creates it")
    with contextlib.ExitStack() as undo:
        lock = FileLock(path) if exclusive else None
        if lock is not None:
            undo.callback(lock.release)
        try:
            if upgrade:
                # What people ask is nobody else's to read.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            reading = undo.enter_context(_connect(path, "BEGIN", busy_timeout))
            writing = undo.enter_context(_connect(path, "BEGIN IMMEDIATE", busy_timeout))
            _prepare(reading, writing, path, upgrade=upgrade)
            taken: tuple[int, Connection] | None = None
            if exclusive:
                with writing.begin():
                    epoch = take(writing, own_name(), now=now)
                taken = epoch, undo.enter_context(_connect(path, "BEGIN", busy_timeout))
        except StoreError:
            raise
        except Exception as error:
            raise translate(error, path) from error
        undo.pop_all()
    return _Opened(reading, writing, lock, taken)


def _connect(path: Path, begin: str, busy_timeout: float) -> Connection:
    return make_engine(path, begin=begin, busy_timeout=busy_timeout).connect()


def _prepare(reading: Connection, writing: Connection, path: Path, *, upgrade: bool) -> None:
    """See whose database it is before anything is changed in it."""
    with reading.begin():
        revision = migrate.stored_revision(reading, path)
    current = revision == REVISIONS[-1]
    if not current and not upgrade:
        raise StoreUnusable(f"the database {path} has an older schema; run `bridge db upgrade`")
    use_wal(writing)
    if not current:
        with writing.begin():
            migrate.upgrade(writing)


def _still_there(path: Path) -> Callable[[], None]:
    """A check that `path` still names the file that was opened.

    SQLite goes on writing to a deleted file without an error, and everything written is gone at the end.
    """
    opened = path.stat()

    def check() -> None:
        try:
            now = path.stat()
        except OSError:
            now = None
        if now is None or (now.st_dev, now.st_ino) != (opened.st_dev, opened.st_ino):
            raise StoreUnusable(f"the database {path} was deleted or replaced while it was in use; start bridge again")

    return check
