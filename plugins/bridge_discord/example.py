"""This platform's part of the example configuration."""

from __future__ import annotations

EXAMPLE = """\
[platforms.discord]
token = { env = "DISCORD_TOKEN" }       # developer portal, page Bot; "bridge discord invite" prints the invite link
# api_url     = "https://discord.com/api/v10"
# gateway_url = "wss://gateway.discord.gg"  # asked from Discord when left out
"""
