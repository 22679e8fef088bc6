"""What a platform can do, as numbers. Nothing here has a default: an adapter states each limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """How a platform counts the size of a text."""

    CODE_POINTS = "code points"
    UTF16 = "UTF-16 units"
    BYTES = "UTF-8 bytes"

    def size(self, text: str) -> int:
        """The size of `text` in this unit."""
        if self is Unit.CODE_POINTS:
            return len(text)
        if self is Unit.UTF16:
            return len(text.encode("utf-16-le")) // 2
        return len(text.encode())


class Operation(StrEnum):
    """The kinds of call that spend a budget."""

    POST = "post"
    EDIT = "edit"
    DELETE = "delete"
    ACTIVITY = "activity"
    OPEN_THREAD = "open_thread"
    HISTORY = "history"
    CHANNELS = "channels"
    STREAM_START = "stream_start"
    STREAM_APPEND = "stream_append"
    STREAM_STOP = "stream_stop"
    UPLOAD = "upload"
    OPEN_DIRECT = "open_direct"


@dataclass(frozen=True, slots=True)
class Budget:
    """A token bucket to begin with: `burst` calls at once, then `rate` calls per second.

    Platforms rarely document these; they are the starting point of what is learned at run time.
    """

    burst: float
    rate: float
    window: float | None = None
    """Seconds, where the platform counts anew in windows of this length and responses say nothing about them: then no
    span of so many seconds holds more than `burst` calls. Leave it out for everything else."""


@dataclass(frozen=True, slots=True)
class BudgetKey:
    """One bucket as the platform counts it: `name` is a key of `Capabilities.budgets`, `scope` tells apart
    the buckets of that name (a channel, a workspace; empty for one bucket per instance)."""

    name: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The limits of one platform."""

    part_size: int
    """The greatest size of one part, in `part_unit`, as the platform counts it after rendering."""
    part_unit: Unit
    edit_seconds: float | None
    """How long after posting a message can be edited; None for ever."""
    edit_gap: float
    """The least seconds between two edits of one message; how many there can be is what the budgets say."""
    activity_seconds: float | None
    """How long a shown activity lasts by itself; None where the platform shows none."""
    budgets: Mapping[str, Budget]
