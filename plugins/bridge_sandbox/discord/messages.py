"""The calls of the REST API about messages and threads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bridge_sandbox.discord import refusals
from bridge_sandbox.discord.calls import Answer, Call, Routes
from bridge_sandbox.discord.payloads import message_json
from bridge_sandbox.discord.refusals import RefusalError
from bridge_sandbox.discord.servers import channel_json
from bridge_sandbox.discord.things import Channel, ChannelType, MessageType, Permission

ROUTES = Routes()

LONGEST = 2000
"""Characters of a message, as code points (Discord: Create Message)."""

LARGEST_FILE = 10 * 2**20
"""Bytes (Discord: Uploading Files)."""

NONCE_WINDOW = timedelta(minutes=3)
"""How long a nonce is enforced; Discord only says "the past few minutes"."""


@ROUTES.add("GET", "/channels/{}/messages")
def history(call: Call) -> Answer:
    """Get Channel Messages: newest first, also of those `after` an id."""
    channel = call.channel()
    if not call.world.may(Permission.READ_MESSAGE_HISTORY, channel):
        return 200, []
    limit = int(call.query.get("limit", "50"))
    if not 1 <= limit <= 100:
        raise refusals.invalid("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
    found = [message for message in channel.messages if not message.deleted]
    if "after" in call.query:
        found = [message for message in found if int(message.id) > int(call.query["after"])][:limit]
    elif "before" in call.query:
        found = [message for message in found if int(message.id) < int(call.query["before"])]
    return 200, [call.shown(message) for message in reversed(found[-limit:])]


@ROUTES.add("GET", "/channels/{}/messages/{}")
def one(call: Call) -> Answer:
    """Get Channel Message."""
    return 200, call.shown(call.message(call.channel(Permission.READ_MESSAGE_HISTORY)))


@ROUTES.add("POST", "/channels/{}/messages")
def post(call: Call) -> Answer:
    """Create Message."""
    channel = call.channel()
    if channel.type is ChannelType.FORUM:
        raise RefusalError(400, 50008, "Cannot send messages in a non-text channel")
    if not call.world.may(_sending(channel), channel):
        raise refusals.missing_permission()
    if channel.archived and channel.locked:
        raise RefusalError(400, 160005, "Thread is locked")
    if channel.recipient is not None and not channel.recipient.takes_direct:
        raise RefusalError(403, 50007, "Cannot send messages to this user")
    files = _files(call, channel)
    content = _content(call, needed=not files)
    nonce = _nonce(call)
    repeated = _same_nonce(call, channel, nonce) if call.field("enforce_nonce") else None
    if repeated is not None:
        return 200, message_json(call.world, repeated)
    more: dict[str, Any] = {"nonce": nonce, "pings": _pings(call), "flags": int(call.field("flags") or 0)}
    more |= _reference(call, channel) | ({"attachments": files} if files else {})
    return 200, message_json(call.world, call.world.post(channel, call.world.bot, content, **more))


@ROUTES.add("PATCH", "/channels/{}/messages/{}")
def edit(call: Call) -> Answer:
    """Edit Message."""
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.world.bot:
        raise RefusalError(403, 50005, "Cannot edit a message authored by another user")
    if channel.archived:
        raise RefusalError(400, 50083, "Thread is archived")
    content = _content(call)
    message.pings = _pings(call)
    call.world.edit(message, content)
    return 200, message_json(call.world, message, fetched=True)


@ROUTES.add("DELETE", "/channels/{}/messages/{}")
def delete(call: Call) -> Answer:
    """Delete Message."""
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.world.bot and not call.world.may(Permission.MANAGE_MESSAGES, channel):
        raise refusals.missing_permission()
    if channel.archived:
        raise RefusalError(400, 50083, "Thread is archived")
    call.world.delete(message)
    return 204, None


@ROUTES.add("POST", "/channels/{}/typing")
def typing(call: Call) -> Answer:
    """Trigger Typing Indicator."""
    channel = call.channel()
    if not call.world.may(_sending(channel), channel):
        raise refusals.missing_permission()
    call.world.typing(channel, call.world.bot)
    return 204, None


@ROUTES.add("POST", "/channels/{}/messages/{}/threads")
def open_thread(call: Call) -> Answer:
    """Start Thread from Message."""
    channel = call.channel()
    if channel.type not in (ChannelType.TEXT, ChannelType.ANNOUNCEMENT):
        raise RefusalError(400, 50024, "Cannot execute action on this channel type")
    message = call.message(channel)
    if not call.world.may(Permission.CREATE_PUBLIC_THREADS, channel):
        raise refusals.missing_permission()
    name = call.field("name")
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        raise refusals.invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    if message.id in call.world.channels:
        raise RefusalError(400, 160004, "A thread has already been created for this message")
    if len(call.world.threads()) >= call.world.thread_limit:
        raise RefusalError(400, 160006, "Maximum number of active threads reached")
    return 201, channel_json(call.world, call.world.open_thread(channel, name, call.world.bot, message))


def _sending(channel: Channel) -> Permission:
    return Permission.SEND_MESSAGES_IN_THREADS if channel.thread else Permission.SEND_MESSAGES


def _files(call: Call, channel: Channel) -> list[dict[str, Any]]:
    """The files of a message, as its attachments (Discord: Attachment Object)."""
    files = call.field("files") or []
    if files and not call.world.may(Permission.ATTACH_FILES, channel):
        raise refusals.missing_permission()
    if sum(len(file["content"].encode()) for file in files) > LARGEST_FILE:
        raise RefusalError(413, 40005, "Request entity too large")
    return [
        {
            "id": call.world.snowflakes.next(),
            "filename": file["filename"],
            "size": len(file["content"].encode()),
            "url": f"https://cdn.discordapp.com/attachments/{channel.id}/{file['filename']}",
            "proxy_url": f"https://media.discordapp.net/attachments/{channel.id}/{file['filename']}",
            "content_type": "text/markdown; charset=utf-8",
            "content": file["content"],
        }
        for file in files
    ]


def _content(call: Call, *, needed: bool = True) -> str:
    content = call.field("content")
    if not needed and content in (None, ""):
        return ""
    if not isinstance(content, str) or not content.strip():
        raise RefusalError(400, 50006, "Cannot send an empty message")
    if len(content) > LONGEST:
        raise refusals.invalid("content", "BASE_TYPE_MAX_LENGTH", f"Must be {LONGEST} or fewer in length.")
    return content


def _nonce(call: Call) -> str | None:
    nonce = call.field("nonce")
    if nonce is not None and len(str(nonce)) > 25:
        raise refusals.invalid("nonce", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    return None if nonce is None else str(nonce)


def _same_nonce(call: Call, channel: Channel, nonce: str | None) -> Any:
    since = datetime.now(UTC) - NONCE_WINDOW
    mine = (m for m in channel.messages if m.author is call.world.bot and m.nonce == nonce and nonce is not None)
    return next((message for message in mine if message.at >= since), None)


def _pings(call: Call) -> bool:
    allowed = call.field("allowed_mentions")
    return not isinstance(allowed, dict) or bool(allowed.get("parse") or allowed.get("users") or allowed.get("roles"))


def _reference(call: Call, channel: Channel) -> dict[str, Any]:
    reference = call.field("message_reference")
    if not isinstance(reference, dict):
        return {}
    if not call.world.may(Permission.READ_MESSAGE_HISTORY, channel):
        raise RefusalError(400, 160002, "Cannot reply without permission to read message history")
    target = str(reference.get("message_id"))
    if channel.message(target) is None:
        if reference.get("fail_if_not_exists", True):
            raise refusals.invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return {}
    return {"type": MessageType.REPLY, "reply_to": target}
