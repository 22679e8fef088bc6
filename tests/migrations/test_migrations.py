"""The migrations make exactly the schema that the program works with, from wherever they are installed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection

import bridge
from bridge.store.migrate import migrations_directory, stored_revision, upgrade
from bridge.store.schema import REVISIONS, metadata

CHECKOUT = Path(bridge.__file__).parent.parent


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path}/bridge.db")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_the_revisions_in_the_program_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(migrations_directory()))
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS


def test_an_empty_database_gets_the_schema(connection: Connection) -> None:
    assert stored_revision(connection, Path("bridge.db")) is None
    upgrade(connection)
    assert stored_revision(connection, Path("bridge.db")) == REVISIONS[-1]
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    assert compare_metadata(context, metadata) == []


def test_migrations_make_what_the_schema_says_word_for_word(connection: Connection, tmp_path: Path) -> None:
    """Comparing metadata does not look into the conditions of partial indexes."""
    upgrade(connection)
    connection.commit()
    direct = create_engine(f"sqlite:///{tmp_path}/direct.db")
    metadata.create_all(direct)
    direct.dispose()
    assert _definitions(tmp_path / "bridge.db") == _definitions(tmp_path / "direct.db")


def test_upgrading_again_changes_nothing(connection: Connection, tmp_path: Path) -> None:
    upgrade(connection)
    connection.commit()
    before = _definitions(tmp_path / "bridge.db")
    upgrade(connection)
    connection.commit()
    assert _definitions(tmp_path / "bridge.db") == before


def test_a_failed_upgrade_leaves_nothing(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/bridge.db", connect_args={"isolation_level": None})
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        upgrade(connection)
        connection.rollback()
    engine.dispose()
    assert _definitions(tmp_path / "bridge.db") == {}


def test_a_checkout_has_its_migrations_beside_the_package() -> None:
    assert migrations_directory() == CHECKOUT / "migrations"


def test_an_installed_package_has_its_migrations_inside(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(CHECKOUT / "bridge", site / "bridge", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(CHECKOUT / "migrations", site / "bridge" / "migrations")
    code = (
        "import asyncio; from pathlib import Path; from bridge import SystemClock\n"
        "from bridge.store import migrate, open_store\n"
        "print(migrate.migrations_directory())\n"
        "async def main():\n"
        "    store = await open_store('sqlite:///b.db', clock=SystemClock(), directory=Path('.'), upgrade=True,"
        " exclusive=True)\n"
        "    await store.close()\n"
        "asyncio.run(main())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, str(site / "bridge" / "migrations"), "")
    assert _definitions(tmp_path / "b.db")


def test_a_current_database_is_opened_without_alembic(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path; from bridge import SystemClock\n"
        "from bridge.store import open_store\n"
        "async def main():\n"
        "    store = await open_store('sqlite:///b.db', clock=SystemClock(), directory=Path('.'), upgrade=True,"
        " exclusive=True)\n"
        "    await store.close()\n"
        "    print('alembic' in sys.modules)\n"
        "asyncio.run(main())\n"
    )
    seen = [
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert seen == ["True\n", "False\n"]


def test_the_tables_can_be_made_and_dropped_without_the_program(tmp_path: Path) -> None:
    config = Config(cmd_opts=Namespace(x=[f"url=sqlite:///{tmp_path}/bridge.db"]))
    config.set_main_option("script_location", str(migrations_directory()))
    command.upgrade(config, "head")
    assert {table.name for table in metadata.sorted_tables} < set(_definitions(tmp_path / "bridge.db"))
    command.downgrade(config, "base")
    assert _definitions(tmp_path / "bridge.db") == {}


def _definitions(path: Path) -> dict[str, str]:
    """Each table and index of a database as it was defined, without alembic's own."""
    database = sqlite3.connect(path)
    found = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'")
    definitions = {name: " ".join(sql.split()) for name, sql in found}
    database.close()
    return definitions
