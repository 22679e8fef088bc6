"""What every platform adapter must do, whatever the platform."""

from __future__ import annotations

from bridge.testing.contracts.calls import CallsContract
from bridge.testing.contracts.events import EventsContract
from bridge.testing.contracts.failures import FailuresContract
from bridge.testing.contracts.limits import LimitsContract


class PlatformContract(LimitsContract, EventsContract, CallsContract, FailuresContract):
    """Subclass it and give it a fixture `side`. A claim that an adapter does not make is not tested."""
