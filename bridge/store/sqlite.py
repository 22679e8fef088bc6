"""SQLite: how it is opened, and what its errors mean."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from bridge.errors import StoreBusy, StoreError, StoreUnusable

# https://www.sqlite.org/rescode.html; the extended codes begin with the name of their primary one.
_MEANINGS: tuple[tuple[str, type[StoreError], str], ...] = (
    ("SQLITE_BUSY", StoreBusy, "is locked by another program; try again when that is done"),
    ("SQLITE_LOCKED", StoreBusy, "is locked by another connection; try again"),
    ("SQLITE_FULL", StoreUnusable, "cannot grow: the disk is full; free some space"),
    ("SQLITE_READONLY", StoreUnusable, "is read-only; make the file and its directory writable"),
    (
        "SQLITE_CANTOPEN",
        StoreUnusable,
        "cannot be opened; check that the file and its directory exist and are writable",
    ),
    ("SQLITE_PERM", StoreUnusable, "cannot be opened: permission denied"),
    ("SQLITE_NOTADB", StoreUnusable, "is not a SQLite database; name another file in [bridge] database"),
    ("SQLITE_CORRUPT", StoreUnusable, "is damaged; restore it from a backup"),
    ("SQLITE_IOERR", StoreUnusable, "cannot be read or written: the disk reports an error"),
)


def database_path(url: str, directory: Path) -> Path:
    """The file that a `sqlite:///` URL names; a relative one is relative to `directory`.

    Raises StoreUnusable when it names none.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreUnusable("the database is not a URL: write sqlite:///bridge.db") from None
    if parsed.get_backend_name() != "sqlite":
        kind = parsed.get_backend_name()
        raise StoreUnusable(f"a database of the kind {kind} is not supported: write sqlite:///bridge.db")
    if parsed.database in (None, "", ":memory:"):
        raise StoreUnusable("a database in memory forgets everything: name a file, as in sqlite:///bridge.db")
    return directory / str(parsed.database)


def make_engine(path: Path, *, begin: str, busy_timeout: float) -> Engine:
    """An engine whose transactions start with the statement `begin`; `busy_timeout` is in seconds."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": busy_timeout},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        # With less than FULL, a power cut could take commits that were promised.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What is erased is gone from the file too.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.connection.cursor().execute(begin)

    return engine


def use_wal(connection: Connection) -> None:
    """Let reads and a write go on at the same time. Kept in the file; not to be called in a transaction."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA journal_mode = WAL").close()


def translate(error: Exception, path: Path) -> StoreError:
    """The error of the store that `error` means, whatever raised it."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, OSError):
        return StoreUnusable(f"the database {path} cannot be opened: {error.strerror}")
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, UnicodeEncodeError):
        return StoreError(f"the database cannot hold this: {cause.object!r} is not valid text")
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        for prefix, kind, meaning in _MEANINGS:
            if name.startswith(prefix):
                return kind(f"the database {path} {meaning}")
        return StoreError(f"the database {path} refused: {cause}")
    return StoreError(f"the database {path} could not be used: {type(cause).__name__}: {cause}")
