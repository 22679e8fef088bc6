"""Faults that a test or a person scripts into a fake service."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from enum import StrEnum


class Action(StrEnum):
    """What happens to a call."""

    STATUS = "status"
    """It is refused with an HTTP status (429 with `retry_after`), or with a platform's error code."""
    DROP = "drop"
    """The connection is cut before it is done."""
    DROP_AFTER = "drop_after"
    """It is done, then the connection is cut: the caller cannot know."""
    DELAY = "delay"
    """It is done after `delay` seconds."""


@dataclass(slots=True)
class Fault:
    """Applies to the next `times` calls whose name matches the glob `on` (`chat.update`, `PATCH /channels/*`)."""

    on: str
    action: Action = Action.STATUS
    status: int = 500
    code: str | int | None = None
    """The platform's own error code, e.g. "not_in_channel" or 50013."""
    retry_after: float | None = None
    delay: float = 0.0
    times: int = 1


@dataclass(slots=True)
class Faults:
    """The faults of one fake service, taken in the order in which they were added."""

    pending: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Script one more fault."""
        self.pending.append(fault)

    def take(self, name: str) -> Fault | None:
        """The fault for a call of this name, counted off; None when it goes through."""
        for fault in self.pending:
            if fnmatch.fnmatchcase(name, fault.on):
                fault.times -= 1
                if fault.times <= 0:
                    self.pending.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Let everything through again."""
        self.pending.clear()
