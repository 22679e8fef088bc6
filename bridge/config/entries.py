"""Reads `[platforms.NAME]`, `[providers.NAME]` and `[chatbots.NAME]`: tables whose keys belong to plugins."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bridge.config.document import Document
from bridge.config.entry import ChatbotEntry, PlatformEntry, ProviderEntry
from bridge.config.instances import check_together
from bridge.config.mistakes import instead
from bridge.config.positions import Keys
from bridge.config.tables import Table
from bridge.errors import PluginError
from bridge.hookspecs import PlatformSpec, ProviderSpec
from bridge.model import InstanceName
from bridge.plugins import Plugins, resolve

Spec = TypeVar("Spec", PlatformSpec, ProviderSpec)


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading these tables needs: the file, the plugins, and where secrets come from."""

    document: Document
    plugins: Plugins
    context: Mapping[str, Any]
    specs: dict[str, ProviderSpec] = field(default_factory=dict)
    """The specs of the providers by name, also of those whose tables have mistakes."""

    def platforms(self) -> dict[InstanceName, PlatformEntry]:
        """All that are right; mistakes are noted in the document."""
        entries = {}
        for name, table in self._tables("platforms").items():
            keys = ("platforms", name)
            spec = self._spec(keys, table, "platform", self.plugins.platforms)
            if spec is None:
                continue
            values = self._validate(spec.config, table, keys, "type")
            if values is not None:
                entries[InstanceName(name)] = PlatformEntry(InstanceName(name), spec.type, spec, values)
        check_together(self.document, entries)
        return entries

    def providers(self) -> dict[str, ProviderEntry]:
        """All that are right; mistakes are noted in the document."""
        entries = {}
        for name, table in self._tables("providers").items():
            keys = ("providers", name)
            spec = self._spec(keys, table, "provider", self.plugins.providers)
            if spec is None:
                continue
            self.specs[name] = spec
            values = self._validate(spec.config, table, keys, "type")
            if values is not None:
                entries[name] = ProviderEntry(name, spec.type, spec, values)
        return entries

    def chatbots(self) -> dict[str, ChatbotEntry]:
        """All that are right; mistakes are noted in the document. Read the providers before."""
        entries = {}
        for name, table in self._tables("chatbots").items():
            keys = ("chatbots", name)
            provider = self._provider(keys, table)
            if provider is not None and provider in self.specs:
                values = self._validate(self.specs[provider].chatbot, table, keys, "provider")
                if values is not None:
                    entries[name] = ChatbotEntry(name, provider, values)
        return entries

    def _tables(self, section: str) -> dict[str, dict[str, Any]]:
        found = {}
        for name, value in (self.document.table((section,), self.document.data.get(section, {})) or {}).items():
            if not re.fullmatch("[A-Za-z0-9_-]+", name):
                self.document.mistake((section, name), "a name has letters, digits, - and _ only")
            table = self.document.table((section, name), value)
            if table is not None:
                found[name] = table
        return found

    def _spec(
        self, keys: Keys, table: Mapping[str, Any], what: str, known: Callable[[], Mapping[str, Spec]]
    ) -> Spec | None:
        """The plugin's spec for the table's type, which its name implies; a stranger's plugin is loaded for it."""
        wanted = table.get("type", keys[-1])
        if not isinstance(wanted, str):
            self.document.mistake((*keys, "type"), "must be text in quotes")
            return None
        if wanted not in known() and wanted in self.plugins.installed:
            try:
                self.plugins.load(wanted)
            except PluginError as error:
                self.document.mistake(keys, str(error))
                return None
        if wanted not in known():
            problem = f'no plugin provides a {what} of type "{wanted}"'
            remedy = instead(wanted, {*known(), *self.plugins.unloaded}, "installed are")
            if "type" in table:
                self.document.mistake((*keys, "type"), problem, remedy)
            else:
                self.document.mistake(keys, f"{problem}, and the table has no type", f'{remedy}; or add type = "…"')
            return None
        return known()[wanted]

    def _provider(self, keys: Keys, table: Mapping[str, Any]) -> str | None:
        known = self.document.names("providers")
        if "provider" not in table:
            if len(known) == 1:
                return known[0]
            problem = "is required, since there are several providers" if known else "is required: there is no provider"
            remedy = f"add provider = … ({', '.join(known)})" if known else "add a [providers.…] table"
            self.document.mistake((*keys, "provider"), problem, remedy)
            return None
        provider = table["provider"]
        if not isinstance(provider, str):
            self.document.mistake((*keys, "provider"), "must be text in quotes")
            return None
        if provider not in known:
            self.document.mistake(
                (*keys, "provider"), f'there is no provider "{provider}"', instead(provider, known, "configured are")
            )
        return provider

    def _validate(self, path: str, table: Mapping[str, Any], keys: Keys, own: str) -> Table | None:
        """The table as the plugin's model, without the key that is the core's own."""
        try:
            model: type[Table] = resolve(path)
        except PluginError as error:
            self.document.mistake(keys, str(error))
            return None
        values = {key: value for key, value in table.items() if key != own}
        return self.document.validate(model, values, keys, self.context)
