"""One process at a time: an OS file lock beside the database, which ends with its process however that ends."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

from bridge.errors import StoreInUse, StoreUnusable


class FileLock:
    """A held lock. The file stays behind when it is released: only the lock on it means something."""

    def __init__(self, database: Path) -> None:
        """Take the lock.

        Raises StoreInUse, naming the holder, when another process has it; StoreUnusable when there is no file to lock.
        """
        path = _beside(database)
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnusable(f"cannot lock the database: {path}: {error.strerror}") from error
        try:
            locked = _lock(self._file)
        except OSError as error:
            os.close(self._file)
            raise StoreUnusable(
                f"cannot lock the database: {path}: {error.strerror}; put it on a disk of this machine"
            ) from error
        if not locked:
            name = _name(self._file)
            os.close(self._file)
            raise StoreInUse(f"the database {database} is in use by {name}; stop that first")
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, own_name().encode(), 0)

    def release(self) -> None:
        """Let others have it. May be called again."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = -1


def own_name() -> str:
    """How this process is called where another one meets it."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def holder(database: Path) -> str | None:
    """Who holds the lock on `database`; None when nobody does. Raises OSError when that cannot be seen."""
    try:
        file = os.open(_beside(database), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        # Only a name makes it worth a try, for that could keep a process out that is just starting.
        name = os.pread(file, 200, 0)
        return _name(file) if name and not _lock(file) else None
    finally:
        os.close(file)


def _beside(database: Path) -> Path:
    return database.with_name(database.name + ".lock")


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _name(file: int) -> str:
    return os.pread(file, 200, 0).decode(errors="replace").strip() or "another process"
