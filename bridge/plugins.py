"""Finds and loads plugins, and gives their hooks types."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
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

    def turn_finished(self, turn: FinishedTurn) -> list[Exception]:
        """Tell every observer; what they raised comes back, none of it stops the others."""
        failures: list[Exception] = []
        for implementation in self._manager.hook.bridge_turn_finished.get_hookimpls():
            try:
                implementation.function(**({"turn": turn} if "turn" in implementation.argnames else {}))
            except Exception as error:
                failures.append(error)
        return failures
