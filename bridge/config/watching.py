"""Sees when the operator's file was changed and is complete.

Editors and Kubernetes replace a file by renaming another one or turning a symbolic link; other programs truncate it
and write it bit by bit. So the file that the path leads to at that moment is read, again and again, and what is found
counts once two looks in a row have found the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bridge.clock import Clock

EVERY = 0.5
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a path led to at one moment. `content` is None when it could not be read, or led nowhere.

    The marks tell one file from another of the same content: an edit that changes nothing but them is an edit, too, for
    it says that the files which hold secrets should be read again.
    """

    content: bytes | None
    inode: int = 0
    mtime_ns: int = 0


class Settling:
    """Decides, look by look, when there is something to apply. Pure."""

    def __init__(self, applied: bytes) -> None:
        """`applied` is the content that is in use."""
        self._applied = applied
        self._known: Look | None = None
        self._before: Look | None = None

    def settled(self, look: Look) -> bool:
        """True when `look` is another file than the one known before, and was found twice in a row."""
        same, self._before = look == self._before, look
        if not same or look == self._known:
            return False
        first, self._known = self._known is None, look
        return not (first and look.content == self._applied)


def look_at(path: Path) -> Look:
    """Read the file that `path` leads to now. Raises nothing; blocks for as long as the disk takes."""
    try:
        with path.open("rb") as file:
            content = file.read()
        found = path.stat()
    except OSError:
        return Look(None)
    return Look(content, found.st_ino, found.st_mtime_ns)


async def read_in_thread(path: Path) -> Look:
    """`look_at`, without holding up anybody."""
    return await asyncio.to_thread(look_at, path)


async def edits(
    path: Path, applied: bytes, clock: Clock, read: Callable[[Path], Awaitable[Look]] = read_in_thread
) -> AsyncIterator[bytes | None]:
    """The content of the file after each edit; None when it cannot be read. Never ends.

    `applied` is the content that is in use at the beginning.
    """
    settling = Settling(applied)
    while True:
        look = await read(path)
        if settling.settled(look):
            yield look.content
        await clock.sleep(EVERY)
