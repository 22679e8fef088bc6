"""The table `[platforms.NAME]` of type discord."""

from __future__ import annotations

from typing import ClassVar

from pydantic import field_validator

from bridge import Secret, Table, secret

API_URL = "https://discord.com/api/v10"


class DiscordTable(Table):
    """One Discord bot."""

    process_wide: ClassVar[tuple[str, ...]] = ("api_url",)  # discord.py keeps it in a class

    token: Secret = secret("DISCORD_TOKEN", "The bot's token, from the page Bot of the developer portal.")
    api_url: str = API_URL
    """Where Discord's REST API is; the same for all Discord bots of a process."""
    gateway_url: str | None = None
    """Where Discord's gateway is; left out, Discord is asked."""

    @field_validator("api_url")
    @classmethod
    def _http(cls, url: str) -> str:
        if not url.startswith(("https://", "http://")):
            raise ValueError('write an address that begins with "https://"')
        return url.rstrip("/")

    @field_validator("gateway_url")
    @classmethod
    def _websocket(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("wss://", "ws://")):
            raise ValueError('write an address that begins with "wss://"')
        return url
