"""What durability costs: accepted messages per second, and how the look-up of a binding grows.

    python -m benchmarks.store [--rounds N] [--bindings N] [--directory DIR]

The baseline is `sqlite3` by hand, one caller, with the same tables, pragmas and disk in the same run: a commit for each
message, with one statement for its thread and one for itself. The store does the same and looks for duplicates of the
event besides. Rates are medians of the rounds, which alternate, so that a busy machine is busy for all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bridge.clock import SystemClock
from bridge.model import (
    Author,
    ChannelId,
    EventId,
    InstanceName,
    Message,
    MessageId,
    Named,
    ThreadId,
    ThreadRef,
    UserId,
    WorkspaceId,
)
from bridge.store import Inbound, Store, open_store

TEXT = "My invoice from last month shows a charge that I do not know. Where can I see what it was for?"
THREADS = 1000
UPSERT_THREAD = """
INSERT INTO threads (instance, workspace, channel, thread, surface, chatbot, route, asker, created_at, active_at)
VALUES (?, ?, ?, ?, 'thread', 'support', 'routes[0]', ?, ?, ?)
ON CONFLICT (instance, workspace, channel, thread) DO UPDATE SET
chatbot = excluded.chatbot, route = excluded.route, active_at = excluded.active_at RETURNING id
"""
INSERT_MESSAGE = """
INSERT INTO messages (instance, event_id, workspace, channel, message, kind, revision, thread_id, state, reason,
chatbot, route, sent_at, stored_at, body)
VALUES (?, ?, ?, ?, ?, 'message', '', ?, 'accepted', '', 'support', 'routes[0]', ?, ?, ?) ON CONFLICT DO NOTHING
"""
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


def inbound(number: int) -> Inbound:
    place = ThreadRef(
        InstanceName("slack"), WorkspaceId("T0001"), ChannelId("C0001"), ThreadId(f"1700000000.{number % THREADS:06}")
    )
    message = Message(
        event_id=EventId(f"Ev{number:010}"),
        id=MessageId(f"17{number:08}.000100"),
        thread=place,
        workspace=Named("T0001", "Acme"),
        channel=Named("C0001", "help"),
        author=Author(UserId(f"U{number % 50:04}"), "Ada"),
        text=TEXT,
        sent_at=datetime.now(UTC),
    )
    return Inbound(message, place, "support", "routes[0]")


def raw_rate(path: Path, numbers: Iterator[int], count: int) -> float:
    """Messages per second by hand: a transaction each, the values made beforehand."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA foreign_keys = ON")
    items = [inbound(number).message for number in itertools.islice(numbers, count)]
    body = '{"workspace":["T0001","Acme"],"channel":["C0001","help"],"author":["U0001","Ada",[]],"text":"' + TEXT + '"}'
    started = time.perf_counter()
    for item in items:
        place = item.thread
        key = (place.instance, place.workspace, place.channel)
        database.execute("BEGIN IMMEDIATE")
        [thread] = database.execute(UPSERT_THREAD, (*key, place.id, item.author.id, 1, 1)).fetchone()
        values = (place.instance, item.event_id, place.workspace, place.channel, item.id, thread, 1, 1, body)
        database.execute(INSERT_MESSAGE, values)
        database.execute("COMMIT")
    rate = count / (time.perf_counter() - started)
    database.close()
    return rate


async def store_rate(store: Store, numbers: Iterator[int], callers: int, count: int) -> float:
    """Messages per second that the store accepts from so many callers, each of whom waits for its own."""
    items = iter([inbound(number) for number in itertools.islice(numbers, count)])

    async def caller() -> None:
        for item in items:
            await store.accept(item)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return count / (time.perf_counter() - started)


async def accepts(directory: Path, rounds: int) -> None:
    numbers = itertools.count()
    store = await fresh(directory, "store.db")
    await (await fresh(directory, "raw.db")).close()
    await store_rate(store, numbers, 64, 2000)
    rates: dict[str, list[float]] = {"sqlite3 by hand, 1 caller": [], "store, 1 caller": [], "store, 64 callers": []}
    for _ in range(rounds):
        rates["sqlite3 by hand, 1 caller"].append(raw_rate(directory / "raw.db", numbers, 1000))
        rates["store, 1 caller"].append(await store_rate(store, numbers, 1, 1000))
        rates["store, 64 callers"].append(await store_rate(store, numbers, 64, 10_000))
    await store.close()
    print(f"{'durable accepts':<28}{'per second':>12}{'ratio':>8}   (target at 64 callers: 4)")
    floor = statistics.median(next(iter(rates.values())))
    for name, found in rates.items():
        rate = statistics.median(found)
        print(f"{name:<28}{rate:>12,.0f}{rate / floor:>8.2f}")


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
            row = await store.find_thread(ref)
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


async def fresh(directory: Path, name: str) -> Store:
    return await open_store(f"sqlite:///{name}", clock=SystemClock(), directory=directory, upgrade=True, exclusive=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each rate is measured")
    parser.add_argument("--bindings", type=int, nargs="+", default=[1000, 1_000_000], help="sizes to look up in")
    parser.add_argument("--directory", type=Path, help="where the databases go: the disk that is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        asyncio.run(accepts(Path(name), options.rounds))
        asyncio.run(lookups(Path(name), options.bindings))


if __name__ == "__main__":
    main()
