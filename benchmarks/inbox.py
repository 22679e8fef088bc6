"""What durability costs: how many messages per second are accepted, each of them on disk before its caller hears of it.

    python -m benchmarks.inbox [--rounds N] [--directory DIR]

The baseline is `sqlite3` by hand, one caller, with the same tables, pragmas (`synchronous = FULL`) and disk in the same
run: a commit for each message, with one statement for its thread and one for itself. The store does the same and looks
for duplicates of the event besides. Rates are medians of the rounds, which alternate, so that a busy machine is busy
for all of them. Ends with 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
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
BY_HAND = "sqlite3 by hand, 1 caller"
TARGETS = {"store, 1 caller": 0.4, "store, 64 callers": 4.0}
"""Times the rate by hand."""
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


async def accepts(directory: Path, rounds: int) -> bool:
    """Measure and print; whether every target is met."""
    numbers = itertools.count()
    store = await fresh(directory, "store.db")
    await (await fresh(directory, "raw.db")).close()
    await store_rate(store, numbers, 64, 2000)
    rates: dict[str, list[float]] = {BY_HAND: [], **{name: [] for name in TARGETS}}
    for _ in range(rounds):
        rates[BY_HAND].append(raw_rate(directory / "raw.db", numbers, 1000))
        rates["store, 1 caller"].append(await store_rate(store, numbers, 1, 1000))
        rates["store, 64 callers"].append(await store_rate(store, numbers, 64, 10_000))
    await store.close()
    print(f"{'durable accepts':<28}{'per second':>12}{'ratio':>8}{'target':>8}")
    floor = statistics.median(rates[BY_HAND])
    met = True
    for name, found in rates.items():
        ratio = statistics.median(found) / floor
        met &= ratio >= TARGETS.get(name, 0.0)
        print(f"{name:<28}{statistics.median(found):>12,.0f}{ratio:>8.2f}{TARGETS.get(name, ''):>8}")
    return met


async def fresh(directory: Path, name: str) -> Store:
    return await open_store(f"sqlite:///{name}", clock=SystemClock(), directory=directory, upgrade=True, exclusive=True)


def main() -> None:
    """Measure on the disk that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each rate is measured")
    parser.add_argument("--directory", type=Path, help="where the databases go: the disk that is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        met = asyncio.run(accepts(Path(name), options.rounds))
    raise SystemExit(not met)


if __name__ == "__main__":
    main()
