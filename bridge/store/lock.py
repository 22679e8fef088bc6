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
        path = database.with_name(database.name + ".lock")
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnusable(f"cannot lock the database: {path}: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 200).decode(errors="replace").strip() or "another process"
            os.close(self._file)
            raise StoreInUse(f"the database {database} is in use by {holder}; stop that first") from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)

    def release(self) -> None:
        """Let others have it. May be called again."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = -1
