"""What happened to one turn, step by step, for the operator who asks why. Pure but for the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bridge.clock import Clock

MOST = 500
"""Steps that are kept of one turn; what comes after them is only counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """`what` is one word to sort by, `text` a sentence with nothing in it of what people or chatbots wrote."""

    at: datetime
    what: str
    text: str


@dataclass(slots=True)
class _Calls:
    """Calls of one kind that went well, one after the other: a long reply has hundreds of edits."""

    what: str
    first: datetime
    count: int = 0
    waited: float = 0.0
    took: float = 0.0

    def step(self) -> Step:
        times = "" if self.count == 1 else f" {self.count} times"
        waited = f", waited {self.waited:.2f} s for the rate limit" if self.waited >= 0.005 else ""
        return Step(self.first, self.what, f"done{times} in {self.took:.2f} s{waited}")


@dataclass(slots=True)
class Trace:
    """Collects the steps of one turn until they are written down with what is committed next."""

    clock: Clock
    _steps: list[Step] = field(default_factory=list)
    _calls: _Calls | None = None
    _count: int = 0

    def note(self, what: str, text: str) -> None:
        """Something happened just now."""
        self._flush()
        self._add(Step(self.clock.now(), what, text))

    def called(self, what: str, *, waited: float, took: float, failure: str = "") -> None:
        """A platform call ended; times in seconds, `waited` for the budget. `failure` names what went wrong."""
        if failure:
            self.note(what, f"failed after {took:.2f} s: {failure}")
            return
        if self._calls is None or self._calls.what != what:
            self._flush()
            self._calls = _Calls(what, self.clock.now())
        self._calls.count += 1
        self._calls.waited += waited
        self._calls.took += took

    def take(self, *, all_: bool = False) -> tuple[Step, ...]:
        """The steps since the last time. Calls that may still repeat are left for later unless `all_`."""
        if all_:
            self._flush()
        steps, self._steps = tuple(self._steps), []
        return steps

    def _flush(self) -> None:
        calls, self._calls = self._calls, None
        if calls is not None:
            self._add(calls.step())

    def _add(self, step: Step) -> None:
        self._count += 1
        if self._count < MOST:
            self._steps.append(step)
        elif self._count == MOST:
            self._steps.append(Step(step.at, "trace", f"more than {MOST} steps: the rest is not kept"))
