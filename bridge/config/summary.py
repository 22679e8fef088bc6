"""What of the operator's file is kept to be compared with later edits: no secret, and no value that may hold one."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bridge.config.changes import Difference, difference
from bridge.config.loading import Config
from bridge.plugins import resolve
from bridge.route import Route


@dataclass(frozen=True, slots=True)
class Summary:
    """The file in use. Each table is there as a digest of what stands in the file, where secrets are references."""

    platforms: Mapping[str, str]
    providers: Mapping[str, str]
    chatbots: Mapping[str, str]
    settings: Mapping[str, str]
    routes: tuple[Route, ...]
    needs: Mapping[str, Mapping[str, str]]
    """What each platform instance must be allowed there, and what for, where its plugin can tell."""
    process_wide: Mapping[str, str] = field(default_factory=dict)
    """The digest of what a process has once for all platform instances of a type, where that is something."""

    def changed(self, kind: str, after: Summary) -> Difference:
        """What becomes of the tables of a kind, which is the name of a field."""
        return difference(getattr(self, kind), getattr(after, kind))


def summarize(config: Config) -> Summary:
    """The summary of a file. Raises PluginError when a plugin cannot say what it needs."""
    tables = tomllib.loads(config.content.decode("utf-8-sig"))
    return Summary(
        platforms=_digests(tables.get("platforms", {})),
        providers=_digests(tables.get("providers", {})),
        chatbots={
            name: _digest([config.chatbots[name].provider, table]) for name, table in tables.get("chatbots", {}).items()
        },
        settings=_digests(tables.get("bridge", {})),
        routes=config.routes,
        needs={
            name: dict(resolve(entry.spec.needs)(entry.table))
            for name, entry in config.platforms.items()
            if entry.spec.needs is not None
        },
        process_wide={
            name: _digest([str(getattr(entry.table, key)) for key in keys])
            for name, entry in config.platforms.items()
            if (keys := type(entry.table).process_wide)
        },
    )


def holding(after: Summary, before: Summary | None, held: Sequence[str]) -> Summary:
    """`after` with what stands in `before` for the `held` keys, whose running values stay until the next start."""
    if before is None:
        return after
    settings, platforms, process_wide = dict(after.settings), dict(after.platforms), dict(after.process_wide)
    for key in held:
        table, name, *_ = key.split(".")
        if table == "bridge":
            _restore(settings, before.settings, name)
        else:
            _restore(platforms, before.platforms, name)
            _restore(process_wide, before.process_wide, name)
    return replace(after, settings=settings, platforms=platforms, process_wide=process_wide)


def _restore(after: dict[str, str], before: Mapping[str, str], name: str) -> None:
    after.pop(name, None)
    if name in before:
        after[name] = before[name]


def to_json(summary: Summary) -> str:
    """The summary as text to be stored."""
    return _adapter().dump_json(summary).decode()


def from_json(text: str) -> Summary | None:
    """What `to_json` made; None when another version of the program made it in a way that this one cannot read."""
    try:
        return _adapter().validate_json(text)
    except ValidationError:
        return None


@cache
def _adapter() -> TypeAdapter[Summary]:
    return TypeAdapter(Summary)


def _digests(tables: Mapping[str, Any]) -> dict[str, str]:
    return {name: _digest(table) for name, table in tables.items()}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
