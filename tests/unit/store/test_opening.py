"""Opening, and what is said when the database cannot be used. In no case is data touched."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from bridge.errors import StoreBusy, StoreError, StoreInUse, StoreUnusable
from bridge.store import Accepted, Store
from tests.unit.store.making import Opener, SetClock, inbound, opener, ref


def modes_in(directory: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}


async def test_what_was_stored_is_there_the_next_time(open_it: Opener) -> None:
    first = await open_it(exclusive=True)
    accepted = await first.accept(inbound("m1"))
    await first.close()
    second = await open_it(exclusive=True)
    assert [waiting.message.id for waiting in await second.waiting(accepted.thread_id)] == ["m1"]


async def test_a_relative_file_is_beside_the_configuration(open_it: Opener, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    await open_it("sqlite:///data/my.db")
    assert (tmp_path / "data" / "my.db").is_file()
    await open_it(f"sqlite:///{tmp_path}/absolute.db")
    assert (tmp_path / "absolute.db").is_file()


async def test_only_the_owner_may_read_the_file(open_it: Opener, tmp_path: Path) -> None:
    store = await open_it(exclusive=True)
    await store.accept(inbound("m1"))
    modes = modes_in(tmp_path)
    assert set(modes.values()) == {0o600}
    assert {"bridge.db", "bridge.db-wal", "bridge.db.lock"} <= set(modes)


async def test_commits_are_durable(store: Store, tmp_path: Path) -> None:
    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await store._writer.run(pragmas) == ["wal", 2, 1]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("no url at all", "not a URL"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("mysql://localhost/bridge", "mysql is not supported"),
        ("sqlite:///nowhere/bridge.db", "nowhere of the database does not exist"),
    ],
)
async def test_an_address_that_cannot_be_used(open_it: Opener, tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(StoreUnusable, match=words):
        await open_it(url, exclusive=True)
    assert modes_in(tmp_path) == {}


async def test_without_leave_to_upgrade_no_file_is_made(open_it: Opener, tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match=r"there is no database at .*bridge db upgrade"):
        await open_it(upgrade=False)
    assert modes_in(tmp_path) == {}


async def test_a_second_process_is_told_who_has_the_database(open_it: Opener) -> None:
    first = await open_it(exclusive=True)
    with pytest.raises(StoreInUse, match=f"in use by process {os.getpid()} on {socket.gethostname()}"):
        await open_it(exclusive=True)
    assert (await (await open_it()).accept(inbound("m1"))).outcome is Accepted.NEW
    await first.close()
    await open_it(exclusive=True)


async def test_the_lock_ends_with_its_process(open_it: Opener, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from bridge.store.lock import FileLock\n"
        "lock = FileLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path / "bridge.db"), stdin=PIPE, stdout=PIPE
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"held\n"
    with pytest.raises(StoreInUse, match=f"process {child.pid} on"):
        await open_it(exclusive=True)
    child.kill()
    await child.communicate()
    await open_it(exclusive=True)


async def test_a_failed_opening_gives_the_lock_back(open_it: Opener, tmp_path: Path) -> None:
    (tmp_path / "bridge.db").write_bytes(b"x" * 5000)
    with pytest.raises(StoreUnusable, match="is not a SQLite database"):
        await open_it(exclusive=True)
    (tmp_path / "bridge.db").unlink()
    await open_it(exclusive=True)


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
    assert await store.find_thread(ref()) is None
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
    assert await store.find_thread(ref()) is None
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
    await store.unbind(1, "reset")

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
    assert await again.find_thread(ref()) is not None
    await again.close()


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="the store is closed"):
        await store.accept(inbound("m1"))
    with pytest.raises(StoreError, match="the store is closed"):
        await store.find_thread(ref())
