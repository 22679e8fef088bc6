"""What one table of a platform, provider or chatbot became."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.config.tables import Table
from bridge.hookspecs import PlatformSpec, ProviderSpec
from bridge.model import InstanceName


@dataclass(frozen=True, slots=True)
class PlatformEntry:
    """One `[platforms.NAME]`; `table` is an instance of the model that `spec.config` names."""

    name: InstanceName
    type: str
    spec: PlatformSpec
    table: Table


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """One `[providers.NAME]`; `table` is an instance of the model that `spec.config` names."""

    name: str
    type: str
    spec: ProviderSpec
    table: Table


@dataclass(frozen=True, slots=True)
class ChatbotEntry:
    """One `[chatbots.NAME]`: `table` is what `Provider.fetch` of the provider so named takes."""

    name: str
    provider: str
    table: Table
