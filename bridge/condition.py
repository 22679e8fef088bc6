"""How the parts of a running bridge are, for `/health`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bridge.clock import Clock

ALONE_SECONDS = 60.0
"""A part that has been without its connection for so long is down."""


class State(StrEnum):
    """How one part is."""

    UP = "up"
    DEGRADED = "degraded"
    """It works, though not as it should."""
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Condition:
    """A state, why, and since when. `lost` is the clock's `monotonic()` when its connection was, if it has none now."""

    state: State
    reason: str
    since: datetime
    lost: float | None = None


class Conditions:
    """The last word about each part, by its kind ("platform", "provider", "database", "configuration") and name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], Condition] = {}

    def note(self, kind: str, name: str, state: State, reason: str = "", *, connected: bool = True) -> None:
        """A part is like this now. One that is not `connected` for long counts as down."""
        before = self._known.get((kind, name))
        new = Condition(state, reason, self._clock.now(), None if connected else self._clock.monotonic())
        if before is not None and _goes_on(before, new):
            new = replace(new, since=before.since, lost=before.lost)
        self._known[kind, name] = new

    def forget(self, kind: str, name: str) -> None:
        """A part is gone."""
        self._known.pop((kind, name), None)

    def all(self) -> dict[tuple[str, str], Condition]:
        """What is known, in the order in which it was first heard of."""
        return {key: self._by_now(condition) for key, condition in self._known.items()}

    def _by_now(self, condition: Condition) -> Condition:
        alone = 0.0 if condition.lost is None else self._clock.monotonic() - condition.lost
        if alone < ALONE_SECONDS:
            return condition
        reason = f"without a connection for {alone // 60:.0f} min: {condition.reason}"
        return replace(condition, state=State.DOWN, reason=reason)


def _goes_on(before: Condition, new: Condition) -> bool:
    """Whether a part is still as it was. Without a connection it is, whatever its reasons meanwhile."""
    if before.lost is None and new.lost is None:
        return (before.state, before.reason) == (new.state, new.reason)
    return before.lost is not None and new.lost is not None
