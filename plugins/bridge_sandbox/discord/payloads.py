"""The world as Discord's JSON: every field that its API reference calls required, and those that clients rely on."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from bridge_sandbox.discord.things import GRANTED, Channel, ChannelType, Posted, User, time_of
from bridge_sandbox.discord.world import Role, World

Json = dict[str, Any]
USER_MENTION = re.compile(r"<@!?(\d+)>")
ROLE_MENTION = re.compile(r"<@&(\d+)>")


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


def role_json(role: Role, position: int) -> Json:
    """A role."""
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    return {
        "id": role.id,
        "name": role.name,
        "color": 0,
        "colors": colors,
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": position,
        "permissions": str(int(GRANTED)),
        "managed": role.bot is not None,
        "mentionable": False,
        "description": None,
        "flags": 0,
        **({"tags": {"bot_id": role.bot}} if role.bot else {}),
    }


def channel_json(world: World, channel: Channel) -> Json:
    """A channel, a DM or a thread."""
    if channel.recipient is not None:
        return {
            "id": channel.id,
            "type": int(channel.type),
            "flags": 0,
            "last_message_id": _last(channel),
            "recipients": [user_json(channel.recipient)],
        }
    base = {
        "id": channel.id,
        "type": int(channel.type),
        "guild_id": channel.guild,
        "name": channel.name,
        "parent_id": channel.parent,
        "rate_limit_per_user": 0,
        "flags": 0,
        "last_message_id": _last(channel),
        "last_pin_timestamp": None,
    }
    if channel.thread:
        return base | _thread_fields(channel)
    position = list(world.channels).index(channel.id) if channel.id in world.channels else 0
    base |= {"position": position, "permission_overwrites": [], "nsfw": False, "topic": None}
    if channel.type is ChannelType.FORUM:
        base |= {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
            "default_auto_archive_duration": 1440,
            "default_thread_rate_limit_per_user": 0,
        }
    return base


def _thread_fields(channel: Channel) -> Json:
    count = sum(not message.deleted for message in channel.messages)
    created = stamp(time_of(channel.id))
    return {
        "owner_id": channel.owner,
        "message_count": count,
        "member_count": 1,
        "total_message_sent": len(channel.messages),
        "applied_tags": [],
        "thread_metadata": {
            "archived": channel.archived,
            "auto_archive_duration": 1440,
            "archive_timestamp": created,
            "create_timestamp": created,
            "locked": channel.locked,
        },
    }


def _last(channel: Channel) -> str | None:
    return channel.messages[-1].id if channel.messages else None


def guild_json(world: World) -> Json:
    """The server as GET /guilds/{id} answers it."""
    return {
        "id": world.guild,
        "name": world.guild_name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "home_header": None,
        "banner": None,
        "description": None,
        "owner_id": world.owner.id,
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "features": [],
        "incidents_data": None,
        "roles": [role_json(role, position) for position, role in enumerate(world.roles)],
    }


def guild_create_json(world: World) -> Json:
    """The server as the gateway announces it."""
    channels = [channel for channel in world.channels.values() if channel.guild]
    return guild_json(world) | {
        "joined_at": stamp(time_of(world.guild)),
        "large": False,
        "unavailable": False,
        "member_count": len(world.users),
        "members": [member_json(world, world.bot) | {"user": user_json(world.bot)}],
        "channels": [channel_json(world, channel) for channel in channels if not channel.thread],
        "threads": [channel_json(world, thread) for thread in world.threads()],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "version": 1,
    }


def message_json(world: World, message: Posted, *, content: bool = True, fetched: bool = False) -> Json:
    """A message. Without `content` it is as a client without the Message Content intent sees it.

    `fetched` is True for what is read back later: Discord does not store the nonce.
    """
    seen = content or mentions_bot(world, message) or message.author is world.bot or not message.channel.guild
    body: Json = {
        "id": message.id,
        "channel_id": message.channel.id,
        "type": int(message.type),
        "author": user_json(message.author),
        "content": message.content if seen else "",
        "timestamp": stamp(message.at),
        "edited_timestamp": stamp(message.edited_at) if message.edited_at else None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [user_json(user) for user in mentioned(world, message)],
        "mention_roles": ROLE_MENTION.findall(message.content) if message.pings else [],
        "attachments": list(message.attachments) if seen else [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "flags": message.flags,
    }
    if message.webhook:
        body["webhook_id"] = message.webhook
    if message.nonce is not None and not fetched:
        body["nonce"] = message.nonce
    if message.thread:
        body["thread"] = channel_json(world, message.thread)
    if message.reply_to:
        reference = {"type": 0, "message_id": message.reply_to, "channel_id": message.channel.id}
        body["message_reference"] = reference | ({"guild_id": message.channel.guild} if message.channel.guild else {})
        referred = message.channel.message(message.reply_to)
        body["referenced_message"] = message_json(world, referred, content=content, fetched=True) if referred else None
    return body


def mentioned(world: World, message: Posted) -> list[User]:
    """Whom a message mentions: by name, or by answering with the ping on."""
    if not message.pings:
        return []
    ids = USER_MENTION.findall(message.content)
    referred = message.channel.message(message.reply_to) if message.reply_to else None
    if referred is not None:
        ids.append(referred.author.id)
    return [world.users[user_id] for user_id in dict.fromkeys(ids) if user_id in world.users]


def mentions_bot(world: World, message: Posted) -> bool:
    """Whether the bot may read a message even without the Message Content intent."""
    return world.bot in mentioned(world, message)


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
