"""Everything that must survive: threads, bindings, messages, turns and the journal of replies."""

from __future__ import annotations

from bridge.store.changes import Change
from bridge.store.forgetting import Erasure
from bridge.store.opening import open_store
from bridge.store.records import (
    Acceptance,
    Accepted,
    BindingHistory,
    BindingRow,
    Inbound,
    PartRow,
    PartState,
    ThreadRow,
    TurnRow,
    TurnState,
    Verdict,
    WaitingMessage,
    Wish,
)
from bridge.store.schema import EARLY
from bridge.store.status import Status, database_status
from bridge.store.store import Store
from bridge.store.trail import Duplicate, Receipt, Trail

__all__ = [
    "EARLY",
    "Acceptance",
    "Accepted",
    "BindingHistory",
    "BindingRow",
    "Change",
    "Duplicate",
    "Erasure",
    "Inbound",
    "PartRow",
    "PartState",
    "Receipt",
    "Status",
    "Store",
    "ThreadRow",
    "Trail",
    "TurnRow",
    "TurnState",
    "Verdict",
    "WaitingMessage",
    "Wish",
    "database_status",
    "open_store",
]
