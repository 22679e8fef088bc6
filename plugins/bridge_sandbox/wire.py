"""What goes over the wire between the bridge and the fake services, for the page, the terminal and the tests."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Direction(StrEnum):
    """Seen from the bridge."""

    TO_BRIDGE = "to_bridge"
    FROM_BRIDGE = "from_bridge"


@dataclass(frozen=True, slots=True)
class Traffic:
    """One frame, call or event. `kind` is the protocol's own name for it; `summary` is one line for people."""

    service: str
    direction: Direction
    kind: str
    summary: str
    data: Any = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Wire:
    """Collects traffic; keeps the newest `keep` items and tells its listeners of each."""

    def __init__(self, keep: int = 2000) -> None:
        self.recent: deque[Traffic] = deque(maxlen=keep)
        self._listeners: list[Callable[[Traffic], None]] = []

    def record(self, service: str, direction: Direction, kind: str, summary: str = "", data: Any = None) -> None:
        """Add one item. Never blocks."""
        item = Traffic(service, direction, kind, summary, data)
        self.recent.append(item)
        for listener in self._listeners:
            listener(item)

    def listen(self, listener: Callable[[Traffic], None]) -> Callable[[], None]:
        """Call `listener` for each new item, until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
