"""Opening: which file, for whom, and by how many."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from bridge.errors import StoreError, StoreInUse, StoreUnusable
from bridge.store import Accepted, Store
from tests.unit.store.making import Opener, inbound, ref


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


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="the store is closed"):
        await store.accept(inbound("m1"))
    with pytest.raises(StoreError, match="the store is closed"):
        await store.threads.find(ref())
