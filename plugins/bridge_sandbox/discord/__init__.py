"""A fake Discord: one server (guild), its REST API and its gateway, on loopback."""

from __future__ import annotations

from bridge_sandbox.discord.fake import FakeDiscord

__all__ = ["FakeDiscord"]
