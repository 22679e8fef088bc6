"""What the page is told besides what happens on the platforms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class BridgeState(StrEnum):
    """How the bridge that talks to the fake services is doing."""

    ABSENT = "absent"
    """The page does not know of one."""
    STARTING = "starting"
    CONNECTED = "connected"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Guide:
    """What the page says about a room: who answers there, and what could be asked, first and in a thread."""

    about: str
    suggestions: Sequence[str] = ()
    follow_ups: Sequence[str] = ()


Guides = Mapping[str, Mapping[str, Guide]]
"""By service and then by room name; direct messages are under the empty name, threads under that of their parent."""
