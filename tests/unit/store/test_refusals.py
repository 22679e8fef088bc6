"""What is said when the database cannot be used. In no case is data touched."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from bridge.errors import StoreBusy, StoreUnusable
from bridge.store import Accepted, Store
from bridge.store.store import PROBE_SECONDS
from tests.unit.store.making import Opener, SetClock, inbound, opener, ref


async def test_a_file_that_is_no_database_is_left_alone(open_it: Opener, tmp_path: Path) -> None:
    (tmp_path / "bridge.db").write_bytes(b"my diary\n" * 999)
    with pytest.raises(StoreUnusable, match="is not a SQLite database; name another file"):
        await open_it()
    assert (tmp_path / "bridge.db").read_bytes() == b"my diary\n" * 999


async def test_another_programs_database_is_left_alone(open_it: Opener, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "bridge.db") as other:
        other.execute("CREATE TABLE songs (name)")
    other.close()
    before = (tmp_path / "bridge.db").read_bytes()
    with pytest.raises(StoreUnusable, match="belongs to another program"):
        await open_it()
    assert (tmp_path / "bridge.db").read_bytes() == before


async def test_a_newer_schema_is_left_alone(open_it: Opener, tmp_path: Path) -> None:
    await (await open_it()).close()
    path = tmp_path / "bridge.db"
    with sqlite3.connect(path) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="schema 9999, which is newer than this program"):
        await open_it(exclusive=True)
    assert path.read_bytes() == before


async def test_a_deleted_directory_is_noticed_before_anything_is_promised(open_it: Opener, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    store = await open_it("sqlite:///data/bridge.db", exclusive=True)
    await store.accept(inbound("m1"))
    shutil.rmtree(tmp_path / "data")
    with pytest.raises(StoreUnusable, match="was deleted or replaced"):
        await store.accept(inbound("m2"))
    await store.close()
    with pytest.raises(StoreUnusable, match="data of the database does not exist"):
        await open_it("sqlite:///data/bridge.db", exclusive=True)


async def test_a_database_locked_by_another_program(open_it: Opener, tmp_path: Path) -> None:
    store = await open_it(exclusive=True, busy_timeout=0.05)
    other = sqlite3.connect(tmp_path / "bridge.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="locked by another program"):
        await store.accept(inbound("m1"))
    assert await store.threads.find(ref()) is None
    other.close()
    assert (await store.accept(inbound("m1"))).outcome is Accepted.NEW


async def test_a_full_disk_refuses_and_after_it_is_cleared_all_is_well(store: Store) -> None:
    def pages(connection: Connection) -> int:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())

    used = await store._writer.run(pages)
    await store._writer.run(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {used}").close())
    long = "word " * 4000
    with pytest.raises(StoreUnusable, match="the disk is full"):
        await store.accept(inbound("m1", text=long))
    assert await store.threads.find(ref()) is None
    await store._writer.run(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 100000").close())
    assert (await store.accept(inbound("m1", text=long))).outcome is Accepted.NEW


@pytest.fixture
def guarded() -> Iterator[Path]:
    """A directory that other users can enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


OPEN_AS_SOMEBODY = """
import asyncio, os, sys
from pathlib import Path
from bridge import SystemClock
from bridge.errors import StoreError
from bridge.store import open_store

if os.geteuid() == 0:  # whom no mode of a file stops
    os.setuid(65534)
run = sys.argv[2] == "to run"

async def main():
    where = Path(sys.argv[1])
    store = await open_store("sqlite:///bridge.db", clock=SystemClock(), directory=where, upgrade=run, exclusive=run)
    await store.bindings.unbind(1, "reset")

try:
    asyncio.run(main())
except StoreError as error:
    print(type(error).__name__, error)
"""


def open_as_somebody(directory: Path, how: str) -> str:
    """What a process says that opens the database and may only read it."""
    (directory / "bridge.db").chmod(0o444)
    directory.chmod(0o555)
    command = [sys.executable, "-c", OPEN_AS_SOMEBODY, str(directory), how]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    directory.chmod(0o755)
    return said


@pytest.mark.parametrize("how", ["to run", "to look"])
async def test_a_read_only_database(guarded: Path, clock: SetClock, how: str) -> None:
    store = await opener(guarded, clock, [])()
    await store.accept(inbound("m1"))
    await store.close()
    said = open_as_somebody(guarded, how)
    assert said.startswith("StoreUnusable")
    assert str(guarded / "bridge.db") in said
    assert "read-only" in said or "ermission denied" in said
    again = await opener(guarded, clock, [])(upgrade=False)
    assert await again.threads.find(ref()) is not None
    await again.close()


async def test_a_probe_writes_though_not_each_time(store: Store, tmp_path: Path, clock: SetClock) -> None:
    def written() -> int:
        with closing(sqlite3.connect(tmp_path / "bridge.db")) as other:
            return int(other.execute("SELECT value FROM counters WHERE name = 'probes'").fetchone()[0])

    for seconds in (0, PROBE_SECONDS / 2, PROBE_SECONDS / 4):
        clock.forward(seconds)
        await store.probe()
        assert written() == 1
    clock.forward(PROBE_SECONDS / 4)
    await store.probe()
    assert written() == 2
