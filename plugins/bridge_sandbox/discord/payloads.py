"""Messages as Discord's JSON, and whom they mention."""

from __future__ import annotations

import re
from typing import Any

from bridge_sandbox.discord.accounts import Json, stamp, user_json
from bridge_sandbox.discord.servers import channel_json
from bridge_sandbox.discord.things import Posted, User
from bridge_sandbox.discord.world import World

USER_MENTION = re.compile(r"<@!?(\d+)>")
ROLE_MENTION = re.compile(r"<@&(\d+)>")


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
        "attachments": [_attachment(file) for file in message.attachments] if seen else [],
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


def _attachment(file: dict[str, Any]) -> dict[str, Any]:
    """Without its content, which is had at its address only."""
    return {key: value for key, value in file.items() if key != "content"}
