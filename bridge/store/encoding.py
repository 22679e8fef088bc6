"""How a message and a time stand in the database. Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.model import Attachment, Author, EventId, Message, MessageId, Named, ThreadRef, UserId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = json.JSONEncoder(separators=(",", ":")).encode


ERASED = "erased"
"""Who wrote what was erased."""


def to_micros(time: datetime) -> int:
    """Whole microseconds since 1970; `time` must be aware."""
    return (time - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def optional_time(value: int | None) -> datetime | None:
    return None if value is None else from_micros(value)


def encode_message(message: Message, why: str = "") -> str:
    """The message as JSON, without what the row holds in columns of its own, and without its proposed threads.

    `why` is the sentence that says why it was accepted.
    """
    author = message.author
    body: dict[str, Any] = {
        "workspace": [message.workspace.id, message.workspace.name],
        "channel": [message.channel.id, message.channel.name],
        "author": [author.id, author.name, sorted(author.roles)],
        "text": message.text,
    }
    for name in ("mentions_bot", "direct", "starts", "withheld", "reply_to"):
        if value := getattr(message, name):
            body[name] = value
    if message.attachments:
        body["attachments"] = [[a.id, a.name, a.media_type, a.size, a.url] for a in message.attachments]
    if why:
        body["why"] = why
    return _encode(body)


def erased_message(body: str) -> str:
    """The message without its words, its files and its author."""
    fields = json.loads(body)
    fields.pop("attachments", None)
    return _encode(fields | {"author": [ERASED, ERASED, []], "text": ""})


def edited_message(body: str, text: str, at: int) -> str:
    """The message with another text, which it has had since then."""
    return _encode(json.loads(body) | {"text": text, "edited_at": at})


def decode_why(body: str) -> str:
    """Why a message was accepted, as `encode_message` was told."""
    return str(json.loads(body).get("why", ""))


def decode_message(body: str, *, event_id: str, message: str, sent_at: int, thread: ThreadRef) -> Message:
    """The message that `encode_message` was given, standing in the conversation's `thread`."""
    fields = json.loads(body)
    for only_here in ("why", "edited_at"):
        fields.pop(only_here, None)
    author_id, author_name, roles = fields.pop("author")
    return Message(
        event_id=EventId(event_id),
        id=MessageId(message),
        thread=thread,
        workspace=Named(*fields.pop("workspace")),
        channel=Named(*fields.pop("channel")),
        author=Author(UserId(author_id), author_name, frozenset(roles)),
        sent_at=from_micros(sent_at),
        attachments=tuple(Attachment(*values) for values in fields.pop("attachments", ())),
        **fields,
    )
