"""Which gateway events a session gets for what happened, by its intents (Discord: List of Intents)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from bridge_sandbox.discord.accounts import member_json
from bridge_sandbox.discord.payloads import message_json
from bridge_sandbox.discord.servers import channel_json
from bridge_sandbox.discord.things import Intent, Permission, Posted
from bridge_sandbox.discord.world import Happened, Kind, World

Event = tuple[str, dict[str, Any]]


def events_for(world: World, happened: Happened, intents: Intent) -> Iterator[Event]:
    """The events for one session, in order."""
    channel = happened.channel
    if not world.may(Permission.VIEW_CHANNEL, channel):
        return
    direct = not channel.guild
    if happened.kind in (Kind.CHANNEL, Kind.CHANNEL_CHANGED):
        if Intent.GUILDS in intents and not direct:
            noun = "THREAD" if channel.thread else "CHANNEL"
            verb = "CREATE" if happened.kind is Kind.CHANNEL else "UPDATE"
            extra = {"newly_created": True} if channel.thread and verb == "CREATE" else {}
            yield f"{noun}_{verb}", channel_json(world, channel) | extra
        return
    if happened.kind is Kind.TYPING:
        if (Intent.DIRECT_TYPING if direct else Intent.GUILD_TYPING) in intents and happened.user is not None:
            place = {} if direct else {"guild_id": channel.guild}
            moment = int(time.time())
            yield "TYPING_START", {"channel_id": channel.id, "user_id": happened.user.id, "timestamp": moment} | place
        return
    if (Intent.DIRECT_MESSAGES if direct else Intent.GUILD_MESSAGES) not in intents or happened.message is None:
        return
    yield _message_event(world, happened.kind, happened.message, content=Intent.MESSAGE_CONTENT in intents)


def _message_event(world: World, kind: Kind, message: Posted, *, content: bool) -> Event:
    guild = {"guild_id": message.channel.guild} if message.channel.guild else {}
    if kind is Kind.DELETED:
        return "MESSAGE_DELETE", {"id": message.id, "channel_id": message.channel.id} | guild
    body = message_json(world, message, content=content) | guild
    body["channel_type"] = int(message.channel.type)
    if guild and not message.webhook:
        body["member"] = member_json(world, message.author)
    return ("MESSAGE_CREATE" if kind is Kind.POSTED else "MESSAGE_UPDATE"), body
