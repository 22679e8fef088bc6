"""The calls of the REST API about the bot, the server and its channels. Paths as in Discord's API reference."""

from __future__ import annotations

from typing import Any

from bridge_sandbox.discord import refusals
from bridge_sandbox.discord.accounts import application_json, me_json, member_json, user_json
from bridge_sandbox.discord.calls import Answer, Call, Routes
from bridge_sandbox.discord.refusals import RefusalError
from bridge_sandbox.discord.servers import channel_json, guild_json
from bridge_sandbox.discord.things import GRANTED, Permission
from bridge_sandbox.discord.world import World

ROUTES = Routes()


@ROUTES.add("GET", "/gateway/bot")
def gateway(call: Call) -> Answer:
    """Get Gateway Bot."""
    left = call.context.identifies_left
    start = {"total": 1000, "remaining": left, "reset_after": 14_400_000, "max_concurrency": 1}
    return 200, {"url": call.context.gateway_url, "shards": 1, "session_start_limit": start}


@ROUTES.add("GET", "/users/@me")
def me(call: Call) -> Answer:
    """Get Current User."""
    return 200, me_json(call.world.bot)


@ROUTES.add("GET", "/users/{}")
def user(call: Call) -> Answer:
    """Get User."""
    found = call.world.users.get(call.ids[0])
    if found is None:
        raise RefusalError(404, 10013, "Unknown User")
    return 200, user_json(found)


@ROUTES.add("GET", "/oauth2/applications/@me")
@ROUTES.add("GET", "/applications/@me")
def application(call: Call) -> Answer:
    """Get Current Application."""
    return 200, application_json(call.world, call.context.application_flags)


@ROUTES.add("GET", "/users/@me/guilds")
def guilds(call: Call) -> Answer:
    """Get Current User Guilds."""
    world = call.world
    shown: dict[str, Any] = {
        "id": world.guild,
        "name": world.guild_name,
        "icon": None,
        "banner": None,
        "owner": False,
        "features": [],
    }
    return 200, [shown | {"permissions": str(int(GRANTED & ~world.denied))}]


@ROUTES.add("POST", "/users/@me/channels")
def open_direct(call: Call) -> Answer:
    """Create DM."""
    person = call.world.users.get(str(call.field("recipient_id")))
    if person is None:
        raise refusals.invalid("recipient_id", "BASE_TYPE_REQUIRED", "This field is required")
    return 200, channel_json(call.world, call.world.direct(person))


def _guild(call: Call) -> World:
    if call.ids[0] != call.world.guild:
        raise RefusalError(404, 10004, "Unknown Guild")
    return call.world


@ROUTES.add("GET", "/guilds/{}")
def guild(call: Call) -> Answer:
    """Get Guild."""
    return 200, guild_json(_guild(call))


@ROUTES.add("GET", "/guilds/{}/channels")
def guild_channels(call: Call) -> Answer:
    """Get Guild Channels: without threads."""
    world = _guild(call)
    found = [channel for channel in world.channels.values() if channel.guild and not channel.thread]
    return 200, [channel_json(world, c) for c in found if world.may(Permission.VIEW_CHANNEL, c)]


@ROUTES.add("GET", "/guilds/{}/threads/active")
def active_threads(call: Call) -> Answer:
    """List Active Guild Threads."""
    world = _guild(call)
    return 200, {"threads": [channel_json(world, thread) for thread in world.threads()], "members": []}


@ROUTES.add("GET", "/guilds/{}/members/{}")
def member(call: Call) -> Answer:
    """Get Guild Member."""
    world = _guild(call)
    found = world.users.get(call.ids[1])
    if found is None:
        raise RefusalError(404, 10007, "Unknown Member")
    return 200, member_json(world, found) | {"user": user_json(found)}


@ROUTES.add("GET", "/guilds/{}/roles")
def roles(call: Call) -> Answer:
    """Get Guild Roles."""
    return 200, guild_json(_guild(call))["roles"]


@ROUTES.add("PATCH", "/channels/{}")
def modify(call: Call) -> Answer:
    """Modify Channel: only waking an archived thread, which everybody may who may write in it, if it is not locked."""
    thread = call.channel(Permission.SEND_MESSAGES_IN_THREADS)
    if not thread.thread or call.body != {"archived": False} or thread.locked:
        raise refusals.missing_permission()
    call.world.wake(thread)
    return 200, channel_json(call.world, thread)


@ROUTES.add("GET", "/channels/{}")
def channel(call: Call) -> Answer:
    """Get Channel."""
    return 200, channel_json(call.world, call.channel())
