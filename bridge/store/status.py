"""What can be said of a database without changing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bridge.errors import StoreError
from bridge.store.lock import holder
from bridge.store.migrate import stored_revision
from bridge.store.schema import REVISIONS
from bridge.store.sqlite import database_path, make_engine, translate


@dataclass(frozen=True, slots=True)
class Status:
    """`revision` is the schema of the database, None when it does not exist yet; `wanted` is this program's.

    `holder` names the process that runs the bridge with it, if one does. `size` is in bytes.
    """

    path: Path
    revision: str | None
    wanted: str
    holder: str | None
    size: int

    @property
    def current(self) -> bool:
        """Whether this program can work with the database as it is."""
        return self.revision == self.wanted


def database_status(url: str, directory: Path) -> Status:
    """Look at the database that `url` names. Raises StoreUnusable, StoreBusy."""
    path = database_path(url, directory)
    if not path.exists():
        return Status(path, None, REVISIONS[-1], None, 0)
    try:
        with make_engine(path, begin="BEGIN", busy_timeout=5).connect() as connection:
            revision = stored_revision(connection, path)
    except StoreError:
        raise
    except Exception as error:
        raise translate(error, path) from error
    return Status(path, revision, REVISIONS[-1], holder(path), path.stat().st_size)
