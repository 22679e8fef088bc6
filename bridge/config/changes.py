"""What an edit of the operator's file changes, and which of it a running bridge can take over. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bridge.config.entry import PlatformEntry
from bridge.config.loading import Config
from bridge.model import InstanceName

FIXED = ("database", "admin")
"""The settings that hold for as long as the process runs."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of the tables of one kind, by name."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one edit changes."""

    platforms: Difference
    providers: Difference
    chatbots: Difference
    settings: tuple[str, ...]
    """The keys of `[bridge]` whose values change."""
    routes: bool

    def __bool__(self) -> bool:
        return bool(self.platforms or self.providers or self.chatbots or self.settings or self.routes)


def difference(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Difference:
    """Which names came, went, and mean something else, each in the order of the file."""
    return Difference(
        tuple(name for name in after if name not in before),
        tuple(name for name in before if name not in after),
        tuple(name for name in after if name in before and before[name] != after[name]),
    )


def compare(before: Config, after: Config) -> Changes:
    """What `after` changes."""
    settings = dict(before.settings), dict(after.settings)
    return Changes(
        difference(before.platforms, after.platforms),
        difference(before.providers, after.providers),
        difference(before.chatbots, after.chatbots),
        tuple(key for key, value in settings[1].items() if value != settings[0][key]),
        before.routes != after.routes,
    )


def applicable(running: Config, wanted: Config) -> tuple[Config, Sequence[str]]:
    """What of `wanted` can be had without a restart, and the keys of what cannot: there the running values stay."""
    fixed = [key for key in FIXED if getattr(running.settings, key) != getattr(wanted.settings, key)]
    settings = wanted.settings.model_copy(update={key: getattr(running.settings, key) for key in fixed})
    platforms, held = dict(wanted.platforms), []
    for name, entry in wanted.platforms.items():
        keys = _process_wide(running, entry)
        if keys:
            held += [f"platforms.{name}.{key}" for key in keys]
            _keep(platforms, name, running.platforms.get(name))
    return replace(wanted, settings=settings, platforms=platforms), [f"bridge.{key}" for key in fixed] + held


def _process_wide(running: Config, entry: PlatformEntry) -> list[str]:
    """The keys of a table whose values this process holds otherwise, for all its instances of that type."""
    for other in running.platforms.values():
        if other.type == entry.type:
            table = type(entry.table)
            return [key for key in table.process_wide if getattr(other.table, key) != getattr(entry.table, key)]
    return []


def _keep(platforms: dict[InstanceName, PlatformEntry], name: InstanceName, entry: PlatformEntry | None) -> None:
    if entry is None:
        del platforms[name]
    else:
        platforms[name] = entry
