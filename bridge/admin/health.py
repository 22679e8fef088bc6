"""The answer to `/health`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.condition import Condition, State
from bridge.log import redact

_PLURALS = {"platform": "platforms", "provider": "providers"}
"""Kinds of which there are several, by name."""


def overall(known: Mapping[tuple[str, str], Condition]) -> State:
    """How the whole is: down when it can answer nobody, up when everything is."""
    states = {key: condition.state for key, condition in known.items()}
    platforms = [state for (kind, _), state in states.items() if kind == "platform"]
    if states.get(("database", "")) is State.DOWN or (platforms and all(state is State.DOWN for state in platforms)):
        return State.DOWN
    return State.UP if all(state is State.UP for state in states.values()) else State.DEGRADED


def report(known: Mapping[tuple[str, str], Condition]) -> dict[str, Any]:
    """Everything that is known, as JSON; no reason has a secret in it."""
    told: dict[str, Any] = {"state": overall(known).value}
    for (kind, name), condition in known.items():
        facts: dict[str, Any] = {"state": condition.state.value, "since": condition.since.isoformat(timespec="seconds")}
        if condition.reason:
            facts["reason"] = redact(condition.reason)
        if kind in _PLURALS:
            told.setdefault(_PLURALS[kind], {})[name] = facts
        else:
            told[kind] = facts
    return told
