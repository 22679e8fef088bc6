"""The server, its roles and its channels as Discord's JSON."""

from __future__ import annotations

from bridge_sandbox.discord.accounts import Json, member_json, stamp, user_json
from bridge_sandbox.discord.things import GRANTED, Channel, ChannelType, time_of
from bridge_sandbox.discord.world import Role, World


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
