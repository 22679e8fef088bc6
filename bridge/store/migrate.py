"""Bringing a database to the schema of this program. Alembic is imported only when there is something to do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

import bridge
from bridge.errors import StoreUnusable
from bridge.store.schema import REVISIONS


def migrations_directory() -> Path:
    """Where the migrations are: inside the package when it is installed, beside it in a checkout."""
    package = Path(bridge.__file__).parent
    packaged = package / "migrations"
    return packaged if packaged.is_dir() else package.parent / "migrations"


def stored_revision(connection: Connection, path: Path) -> str | None:
    """The revision of the database; None when it is empty. Changes nothing.

    Raises StoreUnusable when it belongs to another program or to a newer bridge.
    """
    names = inspect(connection).get_table_names()
    if not names:
        return None
    if "alembic_version" not in names:
        raise StoreUnusable(f"the database {path} belongs to another program; name another file in [bridge] database")
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is None:
        return None
    if revision not in REVISIONS:
        raise StoreUnusable(
            f"the database {path} has the schema {revision}, which is newer than this program knows ({REVISIONS[-1]}); "
            "install the newer version of bridge again"
        )
    return str(revision)


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the transaction of `connection`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_directory()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
