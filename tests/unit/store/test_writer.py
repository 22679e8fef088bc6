"""Group commit: many callers, one commit, and nobody hears of it before."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from bridge.errors import StoreBusy, StoreError
from bridge.store.sqlite import make_engine, translate
from bridge.store.writer import Writer


class Bench:
    """A writer over one table of numbers. It notes each commit, and what had been told to callers before it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.commits = 0
        self.batches: list[list[int]] = []
        self.refusal: StoreError | None = None
        connection = make_engine(path, begin="BEGIN IMMEDIATE", busy_timeout=0.05).connect()
        with connection.begin():
            connection.exec_driver_sql("CREATE TABLE numbers (value INTEGER PRIMARY KEY)")
        self.writer = Writer(connection, guard=self._guard, translate=lambda error: translate(error, path))

    def _guard(self) -> None:
        self.commits += 1
        if self.refusal is not None:
            raise self.refusal

    def add(self, connection: Connection, values: Sequence[int]) -> list[int]:
        """An operation of which several are done at once."""
        self.batches.append(list(values))
        connection.exec_driver_sql("INSERT INTO numbers VALUES (?)", [(value,) for value in values])
        return [value * 10 for value in values]

    def stored(self) -> list[int]:
        with sqlite3.connect(self.path) as other:
            found = [value for (value,) in other.execute("SELECT value FROM numbers ORDER BY value")]
        other.close()
        return found


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "numbers.db")
    yield bench
    await bench.writer.close()


async def test_what_is_asked_for_together_is_committed_together(bench: Bench) -> None:
    assert await asyncio.gather(*(bench.writer.merge(bench.add, n) for n in range(64))) == [n * 10 for n in range(64)]
    assert bench.batches == [list(range(64))]
    assert bench.commits == 1


async def test_a_batch_has_a_limit(bench: Bench) -> None:
    await asyncio.gather(*(bench.writer.merge(bench.add, n) for n in range(600)))
    assert [len(batch) for batch in bench.batches] == [256, 256, 88]


async def test_a_caller_hears_only_of_what_is_committed(bench: Bench) -> None:
    async def add(value: int) -> bool:
        await bench.writer.merge(bench.add, value)
        return value in bench.stored()

    assert all(await asyncio.gather(*map(add, range(20))))


async def test_a_bad_item_fails_alone(bench: Bench) -> None:
    await bench.writer.merge(bench.add, 7)
    outcomes = await asyncio.gather(*(bench.writer.merge(bench.add, n) for n in range(10)), return_exceptions=True)
    failed = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, StoreError)]
    assert failed == [7]
    assert bench.stored() == list(range(10))


async def test_operations_of_several_kinds_share_a_commit(bench: Bench) -> None:
    def count(connection: Connection) -> int:
        return int(connection.exec_driver_sql("SELECT count(*) FROM numbers").scalar_one())

    added, counted, more = await asyncio.gather(
        bench.writer.merge(bench.add, 1), bench.writer.run(count), bench.writer.merge(bench.add, 2)
    )
    assert (added, counted, more) == (10, 2, 20)
    assert bench.commits == 1


async def test_work_that_raises_leaves_nothing(bench: Bench) -> None:
    def half(connection: Connection) -> None:
        bench.add(connection, [1])
        raise StoreError("second thoughts")

    outcomes = await asyncio.gather(bench.writer.run(half), bench.writer.merge(bench.add, 2), return_exceptions=True)
    assert [str(outcomes[0]), outcomes[1]] == ["second thoughts", 20]
    assert bench.stored() == [2]


async def test_nothing_is_stored_when_the_guard_refuses(bench: Bench) -> None:
    bench.refusal = StoreError("not any more")
    with pytest.raises(StoreError, match="not any more"):
        await bench.writer.merge(bench.add, 1)
    assert bench.stored() == []


async def test_a_locked_database_fails_all_at_once_and_works_afterwards(bench: Bench) -> None:
    other = sqlite3.connect(bench.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcomes = await asyncio.gather(*(bench.writer.merge(bench.add, n) for n in range(20)), return_exceptions=True)
    assert all(isinstance(outcome, StoreBusy) for outcome in outcomes)
    assert bench.batches == []
    other.close()
    assert await bench.writer.merge(bench.add, 1) == 10


async def test_what_a_cancelled_caller_asked_for_is_done(bench: Bench) -> None:
    future = bench.writer.merge(bench.add, 1)
    future.cancel()
    assert await bench.writer.merge(bench.add, 2) == 20
    assert bench.stored() == [1, 2]


async def test_closing_finishes_what_was_asked_for(bench: Bench) -> None:
    asked = [bench.writer.merge(bench.add, n) for n in range(5)]
    await bench.writer.close()
    assert await asyncio.gather(*asked) == [0, 10, 20, 30, 40]
    await bench.writer.close()
    with pytest.raises(StoreError, match="closed"):
        await bench.writer.merge(bench.add, 9)


def test_a_caller_whose_loop_is_gone_does_not_stop_the_others(tmp_path: Path) -> None:
    async def ask(then: Callable[[Bench], object]) -> Bench:
        bench = Bench(tmp_path / "numbers.db")
        then(bench)
        return bench

    bench = asyncio.run(ask(lambda bench: bench.writer.merge(bench.add, 1)))

    async def again() -> int:
        try:
            return await bench.writer.merge(bench.add, 2)
        finally:
            await bench.writer.close()

    assert asyncio.run(again()) == 20
    assert bench.stored() == [1, 2]
