"""Slack's events to ours. Pure: `read` says what an event is about, `build` makes it ours once the names are known.

Slack delivers a mention twice, as `app_mention` and as `message`; both give equal messages but for the event id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from bridge import (
    Attachment,
    Author,
    ChannelId,
    Deleted,
    Edited,
    Event,
    EventId,
    InstanceName,
    Message,
    MessageId,
    Named,
    Stopped,
    UserId,
    WorkspaceId,
)
from bridge_slack import ids, markup

_WRITTEN = {None, "file_share", "thread_broadcast", "me_message"}
"""The subtypes of what a person wrote; all others are about something else. Slack: message event, subtypes."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is, as auth.test says."""

    bot_user: str
    bot_id: str
    workspace: str
    workspace_name: str | None
    bot_name: str = ""


class Kind(Enum):
    """What happened to a message."""

    POSTED = "posted"
    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Subject:
    """An event that is about a person's message; `message` has Slack's fields of it."""

    kind: Kind
    event_id: str
    workspace: str
    channel: str
    ts: str
    happened_ts: str
    message: Mapping[str, Any]

    @property
    def users(self) -> set[str]:
        """The users whose names are needed."""
        return {str(self.message["user"]), *markup.mentioned(str(self.message.get("text") or ""))}


@dataclass(frozen=True, slots=True)
class Names:
    """What is known of names: by user id, and of the channel."""

    users: Mapping[str, str]
    channel: str | None = None


def read(body: Mapping[str, Any], me: Identity) -> Subject | None:
    """What an Events API callback is about; None when it is nothing that a person wrote, changed or deleted.

    Raises KeyError, TypeError or ValueError for a callback that is not as Slack documents it.
    """
    event = body["event"]
    if event["type"] not in {"message", "app_mention"}:
        return None
    subtype = event.get("subtype")
    if subtype in _WRITTEN:
        return _subject(Kind.POSTED, body, event, event["ts"], me)
    if subtype == "message_deleted":
        return _subject(Kind.DELETED, body, event.get("previous_message") or {}, event["deleted_ts"], me)
    if subtype == "message_changed":
        message, before = event["message"], event.get("previous_message") or {}
        if message.get("subtype") == "tombstone":  # a thread's root, deleted
            return _subject(Kind.DELETED, body, before, message["ts"], me)
        if "edited" in message and message.get("text") != before.get("text"):
            return _subject(Kind.EDITED, body, message, message["ts"], me)
    return None


def build(subject: Subject, me: Identity, names: Names, instance: InstanceName, *, agent: bool) -> Event:
    """Our event."""
    message = subject.message
    event_id, message_id = EventId(subject.event_id), MessageId(subject.ts)
    thread_ts = message.get("thread_ts")
    where = ids.place(instance, subject.workspace, subject.channel, subject.ts, thread_ts, agent=agent)
    if subject.kind is Kind.DELETED:
        return Deleted(event_id=event_id, id=message_id, thread=where.thread, at=_time(subject.happened_ts))
    user, raw = str(message["user"]), str(message.get("text") or "")
    author = Author(UserId(user), names.users.get(user, user))
    text = markup.to_markdown(markup.without_address(raw, me.bot_user), {me.bot_user: me.bot_name, **names.users})
    if subject.kind is Kind.EDITED:
        revision = str(message["edited"]["ts"])
        return Edited(
            event_id=event_id,
            id=message_id,
            thread=where.thread,
            author=author,
            text=text,
            revision=revision,
            at=_time(revision),
        )
    return Message(
        event_id=event_id,
        id=message_id,
        thread=where.thread,
        in_thread=where.in_thread,
        in_channel=where.in_channel,
        workspace=Named(
            WorkspaceId(subject.workspace), me.workspace_name if subject.workspace == me.workspace else None
        ),
        channel=Named(ChannelId(subject.channel), names.channel),
        author=author,
        text=text,
        sent_at=_time(subject.ts),
        mentions_bot=me.bot_user in markup.mentioned(raw),
        direct=ids.is_direct(subject.channel),
        starts=where.starts,
        reply_to=where.reply_to,
        attachments=tuple(_attachment(file) for file in message.get("files") or ()),
    )


def stopped(body: Mapping[str, Any], me: Identity, instance: InstanceName) -> Stopped | None:
    """A person pressed Slack's own Stop. Slack: agent_session_stopped. None for another event.

    Raises KeyError or ValueError for a callback that is not as Slack documents it.
    """
    event = body["event"]
    if event["type"] != "agent_session_stopped":
        return None
    root, streaming = str(event["thread_ts"]), event.get("streaming_message_ts") or []
    where = ids.place(instance, _workspace(body), str(event["channel"]), f"{root} stopped", root, agent=True)
    user = str(event["user"])
    return Stopped(
        event_id=EventId(str(body["event_id"])),
        id=MessageId(str(streaming[0]) if streaming else root),
        thread=where.thread,
        author=Author(UserId(user), user),
        at=_time(str(event.get("event_ts") or body["event_time"])),
    )


def _subject(kind: Kind, body: Mapping[str, Any], message: Mapping[str, Any], ts: str, me: Identity) -> Subject | None:
    """None for what a bot wrote, and for what nobody wrote. What this one wrote counts when somebody deletes it."""
    user = message.get("user")
    ours = user == me.bot_user
    if not user or user == "USLACKBOT" or (message.get("bot_id") and not ours) or (ours and kind is not Kind.DELETED):
        return None
    event = body["event"]
    return Subject(
        kind=kind,
        event_id=str(body["event_id"]),
        workspace=_workspace(body),
        channel=str(event["channel"]),
        ts=str(ts),
        happened_ts=str(event.get("event_ts") or ts),
        message=message,
    )


def _workspace(body: Mapping[str, Any]) -> str:
    """The workspace in which the app is installed; in a shared channel the author's may be another."""
    authorizations = body.get("authorizations") or [{}]
    return str(authorizations[0].get("team_id") or body["team_id"])


def _time(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


def _attachment(file: Mapping[str, Any]) -> Attachment:
    """Slack: file object. One from another workspace, or a deleted one, has little more than its id."""
    return Attachment(
        id=str(file["id"]),
        name=str(file.get("name") or "file"),
        media_type=file.get("mimetype"),
        size=file.get("size"),
        url=file.get("url_private_download") or file.get("url_private"),
    )
