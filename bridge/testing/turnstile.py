"""What every call to a platform in memory passes: gates, faults and budgets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from bridge.clock import Clock
from bridge.errors import PlatformError, RateLimited
from bridge.model import ThreadRef
from bridge.platform import Budget, BudgetKey, Operation


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an adapter that took effect; `at` is the clock's `monotonic()`."""

    operation: Operation
    thread: ThreadRef
    text: str
    at: float


@dataclass(slots=True)
class _Fault:
    operation: Operation
    error: PlatformError
    done: bool
    times: int


class Turnstile:
    """Lets calls through, holds them, or refuses them. `changed` is called after each that took effect."""

    def __init__(self, clock: Clock, budgets: Mapping[str, Budget] | None, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._budgets = budgets
        self._changed = changed
        self._faults: list[_Fault] = []
        self._gates: dict[Operation, asyncio.Event] = {}
        self._tokens: dict[BudgetKey, tuple[float, float]] = {}
        self._closed: dict[ThreadRef, PlatformError] = {}
        self.calls: list[Call] = []
        self.refused = 0
        """How many calls were told to wait."""

    def fail(self, operation: Operation, error: PlatformError, *, times: int, done: bool) -> None:
        """Let the next `times` calls fail with `error`; with `done` they take effect before they fail."""
        self._faults.append(_Fault(operation, error, done, times))

    def shut(self, thread: ThreadRef, error: PlatformError) -> None:
        """Refuse every call in a thread from now on."""
        self._closed[thread] = error

    def relent(self) -> None:
        """Forget every fault that has not come up yet."""
        self._faults.clear()
        self._closed.clear()

    @contextlib.asynccontextmanager
    async def holding(self, operation: Operation) -> AsyncIterator[None]:
        """Calls of this kind hang until the block ends, then go on."""
        gate = self._gates[operation] = asyncio.Event()
        try:
            yield
        finally:
            del self._gates[operation]
            gate.set()

    @contextlib.asynccontextmanager
    async def passing(
        self, operation: Operation, thread: ThreadRef, keys: Sequence[BudgetKey], text: str = ""
    ) -> AsyncIterator[None]:
        """Wraps what a call does. Raises PlatformError before it, or after it."""
        if (gate := self._gates.get(operation)) is not None:
            await gate.wait()
        if (closed := self._closed.get(thread)) is not None:
            raise closed
        fault = self._take(operation)
        if fault is not None and not fault.done:
            raise fault.error
        self._spend(keys)
        yield
        self.calls.append(Call(operation, thread, text, self._clock.monotonic()))
        self._changed()
        if fault is not None:
            raise fault.error

    def _take(self, operation: Operation) -> _Fault | None:
        for fault in self._faults:
            if fault.operation is operation:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None

    def _spend(self, keys: Sequence[BudgetKey]) -> None:
        """Take one token from each bucket, or none at all. Raises RateLimited."""
        if self._budgets is None:
            return
        now = self._clock.monotonic()
        left: dict[BudgetKey, float] = {}
        for key in keys:
            budget = self._budgets[key.name]
            tokens, at = self._tokens.get(key, (budget.burst, now))
            left[key] = min(budget.burst, tokens + (now - at) * budget.rate) - 1
            if left[key] < -1e-9:
                self.refused += 1
                raise RateLimited(f"no call of {key.name} is left", retry_after=-left[key] / budget.rate)
        self._tokens.update({key: (tokens, now) for key, tokens in left.items()})
