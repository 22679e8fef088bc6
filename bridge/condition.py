"""How the parts of a running bridge are, for `/health`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.clock import Clock


class State(StrEnum):
    """How one part is."""

    UP = "up"
    DEGRADED = "degraded"
    """It works, though not as it should."""
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Condition:
    """A state, why, and since when."""

    state: State
    reason: str
    since: datetime


class Conditions:
    """The last word about each part, by its kind ("platform", "provider", "database", "configuration") and name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], Condition] = {}

    def note(self, kind: str, name: str, state: State, reason: str = "") -> None:
        """A part is like this now."""
        before = self._known.get((kind, name))
        if before is None or (before.state, before.reason) != (state, reason):
            self._known[kind, name] = Condition(state, reason, self._clock.now())

    def forget(self, kind: str, name: str) -> None:
        """A part is gone."""
        self._known.pop((kind, name), None)

    def all(self) -> dict[tuple[str, str], Condition]:
        """What is known, in the order in which it was first heard of."""
        return dict(self._known)
