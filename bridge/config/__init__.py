"""The operator's file: TOML to validated models, with every mistake at once."""

from bridge.config.entry import ChatbotEntry, PlatformEntry, ProviderEntry
from bridge.config.loading import Config, load_config
from bridge.config.mistakes import InvalidConfig, Mistake
from bridge.config.settings import Settings

__all__ = [
    "ChatbotEntry",
    "Config",
    "InvalidConfig",
    "Mistake",
    "PlatformEntry",
    "ProviderEntry",
    "Settings",
    "load_config",
]
