"""Accounts and the application as Discord's JSON, with every field that its API reference calls required."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bridge_sandbox.discord.things import User, time_of
from bridge_sandbox.discord.world import World

Json = dict[str, Any]


def stamp(at: datetime) -> str:
    """A time as Discord writes it."""
    return at.isoformat(timespec="microseconds")


def user_json(user: User) -> Json:
    """An account as others see it."""
    return {
        "id": user.id,
        "username": user.name.lower(),
        "global_name": None if user.bot else user.name,
        "discriminator": "0000" if user.bot else "0",
        "avatar": None,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
        "bot": user.bot,
        "flags": 0,
        "public_flags": 0,
    }


def me_json(user: User) -> Json:
    """The bot's own account (Discord: GET /users/@me)."""
    more = {"verified": True, "email": None, "mfa_enabled": True, "locale": "en-US", "premium_type": 0}
    return {**user_json(user), **more}


def member_json(world: World, user: User) -> Json:
    """A member of the server, without the account."""
    return {
        "roles": [world.role.id] if user is world.bot else [],
        "nick": None,
        "avatar": None,
        "banner": None,
        "joined_at": stamp(time_of(user.id)),
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def application_json(world: World, flags: int) -> Json:
    """The bot's application (Discord: Application object)."""
    return {
        "id": world.bot.id,
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot": user_json(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "integration_public": True,
        "integration_require_code_grant": False,
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "redirect_uris": [],
        "hook": True,
        "owner": user_json(world.owner),
        "team": None,
        "verify_key": "0" * 64,
        "flags": flags,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
    }
