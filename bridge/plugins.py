"""Finds and loads plugins, and gives their hooks types."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import pluggy

from bridge import hookspecs
from bridge.errors import PluginError
from bridge.hookspecs import FinishedTurn, PlatformSpec, ProviderSpec

if TYPE_CHECKING:
    import typer

GROUP = "bridge"
"""The entry point group that plugins register in."""

DISTRIBUTION = "bridge-chat"
"""The distribution whose own plugins are always registered."""


class PluginState(StrEnum):
    """How a plugin is."""

    LOADED = "loaded"
    AVAILABLE = "available"
    """Installed; loaded when the operator's file names it."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One plugin for an operator to read: `origin` is its distribution, `problem` why it is broken."""

    name: str
    origin: str
    state: PluginState
    platforms: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    problem: str = ""


def resolve(path: str) -> Any:
    """The object that `package.module:name` names. Raises PluginError when it cannot be had."""
    module, _, name = path.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except Exception as error:
        raise PluginError(f"cannot load {path}: {type(error).__name__}: {error}") from error


class Plugins:
    """The plugins of one program, with a typed method for each hook.

    The built-in plugins are registered at once; a stranger's only by `load`, when the operator's file names it.
    """

    def __init__(self, available: Iterable[EntryPoint] | None = None) -> None:
        self._manager = pluggy.PluginManager("bridge")
        self._manager.add_hookspecs(hookspecs)
        self._available: dict[str, EntryPoint] = {}
        self.broken: dict[str, str] = {}
        """Built-in plugins that could not be imported, and why; they break nothing but themselves."""
        for entry in entry_points(group=GROUP) if available is None else available:
            self._available.setdefault(entry.name, entry)
        for name, entry in self._available.items():
            if entry.dist is not None and entry.dist.name == DISTRIBUTION:
                try:
                    self.load(name)
                except PluginError as error:
                    self.broken[name] = str(error)

    @property
    def installed(self) -> Sequence[str]:
        """The names of all entry points of the group, loaded or not."""
        return sorted(self._available)

    @property
    def unloaded(self) -> Sequence[str]:
        """The names of those that are not registered: nobody named them yet, or they are broken."""
        return [name for name in self.installed if not self._manager.has_plugin(name)]

    def load(self, name: str) -> None:
        """Register the plugin that the entry point `name` names; again is harmless.

        Raises PluginError when it is not installed, cannot be imported or implements an unknown hook.
        """
        if self._manager.has_plugin(name):
            return
        entry = self._available.get(name)
        if entry is None:
            raise PluginError(f"no plugin named {name!r} is installed; installed are: {', '.join(self.installed)}")
        try:
            module = entry.load()
        except Exception as error:
            raise PluginError(f"plugin {name!r} cannot be imported: {type(error).__name__}: {error}") from error
        self.register(module, name)

    def register(self, plugin: object, name: str) -> None:
        """Register a module or object that implements hooks. Raises PluginError for a hook that is none."""
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            raise PluginError(f"plugin {name!r} is not valid: {error}") from error

    def platforms(self) -> dict[str, PlatformSpec]:
        """The platform types by name."""
        return {spec.type: spec for specs in self._manager.hook.bridge_platforms() for spec in specs}

    def providers(self) -> dict[str, ProviderSpec]:
        """The chatbot services by name."""
        return {spec.type: spec for specs in self._manager.hook.bridge_chatbot_providers() for spec in specs}

    def commands(self) -> list[typer.Typer]:
        """The command apps of all plugins."""
        return [app for apps in self._manager.hook.bridge_commands() for app in apps]

    def describe(self) -> list[PluginInfo]:
        """Every plugin that is installed or registered, by name, and what it provides."""
        loaded = {name for name, _ in self._manager.list_name_plugin()}
        return [self._describe(name) for name in sorted(loaded | set(self._available))]

    def _describe(self, name: str) -> PluginInfo:
        entry = self._available.get(name)
        origin = f"{entry.dist.name} {entry.dist.version}" if entry is not None and entry.dist is not None else ""
        if not self._manager.has_plugin(name):
            problem = self.broken.get(name, "")
            return PluginInfo(name, origin, PluginState.BROKEN if problem else PluginState.AVAILABLE, problem=problem)
        others = [plugin for other, plugin in self._manager.list_name_plugin() if other != name]

        def ask(hook: str) -> list[Any]:
            return [item for items in self._manager.subset_hook_caller(hook, others)() for item in items]

        return PluginInfo(
            name,
            origin,
            PluginState.LOADED,
            platforms=tuple(spec.type for spec in ask("bridge_platforms")),
            providers=tuple(spec.type for spec in ask("bridge_chatbot_providers")),
            commands=tuple(command for app in ask("bridge_commands") for command in _names(app)),
        )

    def turn_finished(self, turn: FinishedTurn) -> list[Exception]:
        """Tell every observer; what they raised comes back, none of it stops the others."""
        failures: list[Exception] = []
        for implementation in self._manager.hook.bridge_turn_finished.get_hookimpls():
            try:
                implementation.function(**({"turn": turn} if "turn" in implementation.argnames else {}))
            except Exception as error:  # noqa: BLE001 - an observer may fail in any way, and only for itself
                failures.append(error)
        return failures


def _names(app: typer.Typer) -> list[str]:
    """What an app adds to the top level: itself, or its commands when it has no name."""
    if app.info.name:
        return [app.info.name]
    return [str(command.name or getattr(command.callback, "__name__", "?")) for command in app.registered_commands]
