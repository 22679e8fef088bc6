"""One thread writes: it takes what is queued, commits it together, and only then resolves the callers.

The fsync of a commit costs more than the statements in it, so that many callers share one. There is no timer: a lone
caller never waits for company, and the queue fills by itself while a commit runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from sqlalchemy.engine import Connection

from bridge.errors import StoreBusy, StoreError

A = TypeVar("A")
R = TypeVar("R")

Kind: TypeAlias = Callable[[Connection, Sequence[A]], Sequence[R]]
"""Does several operations of one kind at once and returns their results in order; may run again after a rollback."""

_LARGEST_BATCH = 256


@dataclass(frozen=True, slots=True)
class _Operation:
    kind: Kind[Any, Any]
    item: Any
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


_END: Sequence[_Operation] = []
_Outcome: TypeAlias = tuple[_Operation, Any, StoreError | None]


def _one_by_one(connection: Connection, works: Sequence[Callable[[Connection], Any]]) -> list[Any]:
    return [work(connection) for work in works]


class Writer:
    """Owns the only connection that writes. Its methods are called on an event loop.

    `guard` runs before each commit and, where there is one, `permit` before the statements; both may raise. `translate`
    makes a StoreError of what a driver raises.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        guard: Callable[[], None],
        translate: Callable[[Exception], StoreError],
        permit: Callable[[Connection], None] | None = None,
    ) -> None:
        self._connection = connection
        self._guard = guard
        self._translate = translate
        self._permit = permit
        self._gathered: list[_Operation] = []
        self._queue: queue.SimpleQueue[Sequence[_Operation]] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="bridge-store-writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Connection], R]) -> asyncio.Future[R]:
        """Do `work` in a transaction. The future resolves after its commit, or raises StoreError."""
        return self.merge(_one_by_one, work)

    def merge(self, kind: Kind[A, R], item: A) -> asyncio.Future[R]:
        """Do `kind` for `item`, together with the other items of that kind that are queued."""
        if self._closed:
            raise StoreError("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        if not self._gathered or self._gathered[0].loop is not loop:
            loop.call_soon(self._hand_over)
        self._gathered.append(_Operation(kind, item, future, loop))
        return future

    def _hand_over(self) -> None:
        """Give the thread what was asked for in one turn of the event loop together, for one commit."""
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._queue.put(gathered)

    async def close(self) -> None:
        """Finish what was asked for, then end the thread."""
        if not self._closed:
            self._closed = True
            self._hand_over()
            self._queue.put(_END)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        last = False
        while not last:
            waiting = [self._queue.get()]
            with contextlib.suppress(queue.Empty):
                while True:
                    waiting.append(self._queue.get_nowait())
            last = waiting[-1] is _END
            operations = list(itertools.chain.from_iterable(waiting))
            for start in range(0, len(operations), _LARGEST_BATCH):
                _resolve(self._commit(operations[start : start + _LARGEST_BATCH]))
        self._connection.close()

    def _commit(self, operations: Sequence[_Operation]) -> Sequence[_Outcome]:
        try:
            return self._transaction(operations)
        except Exception as error:  # noqa: BLE001 - whatever it is, the callers must hear of it
            failure = self._translate(error)
            if failure is not error:
                failure.__cause__ = error
            if len(operations) == 1 or isinstance(failure, StoreBusy):
                return [(operation, None, failure) for operation in operations]
        # Something in the batch is bad: each operation alone, so that only that one fails.
        return [outcome for operation in operations for outcome in self._commit([operation])]

    def _transaction(self, operations: Sequence[_Operation]) -> Sequence[_Outcome]:
        kinds: dict[Kind[Any, Any], list[_Operation]] = {}
        for operation in operations:
            kinds.setdefault(operation.kind, []).append(operation)
        outcomes: list[_Outcome] = []
        with self._connection.begin():
            if self._permit is not None:
                self._permit(self._connection)
            for kind, same in kinds.items():
                results = kind(self._connection, [operation.item for operation in same])
                outcomes.extend((operation, result, None) for operation, result in zip(same, results, strict=True))
            self._guard()
        return outcomes


def _resolve(outcomes: Sequence[_Outcome]) -> None:
    """Tell the callers, waking each event loop once."""
    for loop in {operation.loop for operation, _, _ in outcomes}:
        # A loop that is closed has no caller left to tell.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, [outcome for outcome in outcomes if outcome[0].loop is loop])


def _settle(outcomes: Iterable[_Outcome]) -> None:
    for operation, result, failure in outcomes:
        if operation.future.done():  # the caller was cancelled; what it asked for is done all the same
            continue
        if failure is None:
            operation.future.set_result(result)
        else:
            operation.future.set_exception(failure)
