"""How the look-up of a thread's session grows with the number of conversations.

python -m benchmarks.lookups [--bindings N …] [--directory DIR]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.inbox import fresh
from bridge.model import ChannelId, InstanceName, ThreadId, ThreadRef, WorkspaceId

MANY_THREADS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO threads SELECT i, 'slack', 'T0001', 'C' || (i % 500), '17' || printf('%08d', i) || '.000100', 'thread',
'support', 'routes[0]', 'U' || (i % 5000), i, i FROM n
"""
MANY_BINDINGS = """
INSERT INTO bindings (thread_id, chatbot, session, created_at, sent, reason)
SELECT id, 'support', 'session-' || id, id, 3, '' FROM threads
"""

FIND_BINDING = """
SELECT session FROM threads JOIN bindings ON bindings.thread_id = threads.id AND bindings.ended_at IS NULL
WHERE instance = ? AND workspace = ? AND channel = ? AND thread = ?
"""


async def lookups(directory: Path, sizes: list[int]) -> None:
    print(f"\n{'look-up of a binding, p50':<28}{'store µs':>12}{'ratio':>8}{'by hand µs':>12}{'ratio':>8}")
    first: tuple[float, float] | None = None
    for size in sizes:
        await (await fresh(directory, f"{size}.db")).close()
        fill(directory / f"{size}.db", size)
        store = await fresh(directory, f"{size}.db")
        raw = sqlite3.connect(directory / f"{size}.db")
        ours, by_hand = [], []
        for _ in range(3000):
            ref = existing(random.randrange(1, size + 1))  # noqa: S311 - any will do
            started = time.perf_counter()
            row = await store.threads.find(ref)
            found = time.perf_counter()
            session = raw.execute(FIND_BINDING, (ref.instance, ref.workspace, ref.channel, ref.id)).fetchone()
            by_hand.append(time.perf_counter() - found)
            ours.append(found - started)
            assert row is not None
            assert row.binding is not None
            assert (row.binding.session,) == session
        raw.close()
        await store.close()
        middle = statistics.median(ours) * 1e6, statistics.median(by_hand) * 1e6
        first = first or middle
        print(f"{f'{size:,} bindings':<28}", end="")
        print("".join(f"{now:>12,.0f}{now / then:>8.2f}" for now, then in zip(middle, first, strict=True)))


def existing(number: int) -> ThreadRef:
    """One of the threads that `MANY_THREADS` makes."""
    return ThreadRef(
        InstanceName("slack"), WorkspaceId("T0001"), ChannelId(f"C{number % 500}"), ThreadId(f"17{number:08}.000100")
    )


def fill(path: Path, size: int) -> None:
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    database.execute(MANY_THREADS, (size,))
    database.execute(MANY_BINDINGS)
    database.commit()
    database.close()


def main() -> None:
    """Measure on the disk that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bindings", type=int, nargs="+", default=[1000, 1_000_000], help="sizes to look up in")
    parser.add_argument("--directory", type=Path, help="where the databases go: the disk that is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        asyncio.run(lookups(Path(name), options.bindings))


if __name__ == "__main__":
    main()
