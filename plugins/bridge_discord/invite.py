"""The link that brings the bot into a server, and the permissions that it asks for."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge_discord.config import DiscordTable


class Permission(IntFlag):
    """What the bot needs in a channel (Discord: Permissions, Bitwise Permission Flags)."""

    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    READ_MESSAGE_HISTORY = 1 << 16
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


ALL = Permission(sum(Permission))
ADMINISTRATOR = 1 << 3


def needs(table: DiscordTable) -> Mapping[str, str]:
    """What a bot of this table must be allowed, and what for."""
    permissions = {f"permission {_title(one)}": "answer in channels and threads" for one in Permission}
    return {"the Message Content intent": "read follow-ups that do not mention it"} | permissions


def link(application_id: str) -> str:
    """Where a person with Manage Server adds the bot (Discord: OAuth2, Bot Authorization Flow)."""
    query = {"client_id": application_id, "scope": "bot", "permissions": int(ALL)}
    return f"https://discord.com/oauth2/authorize?{urlencode(query)}"


def missing(granted: int) -> list[str]:
    """The permissions that a server has not given, in the words of Discord's settings."""
    if granted & ADMINISTRATOR:
        return []
    return [_title(one) for one in Permission if not granted & one]


def _title(permission: Permission) -> str:
    return str(permission.name).replace("_", " ").title()
