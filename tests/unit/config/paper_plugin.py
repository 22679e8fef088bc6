"""The hooks of the paper plugin as a module, as an entry point names it."""

from __future__ import annotations

from tests.unit.config.paper import Paper

_hooks = Paper()
bridge_platforms = _hooks.bridge_platforms
bridge_chatbot_providers = _hooks.bridge_chatbot_providers
