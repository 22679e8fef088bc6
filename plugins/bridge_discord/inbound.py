"""Discord's events as the events of bridge. Pure: everything that is needed is an argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bridge import (
    Attachment,
    Author,
    ChannelId,
    Deleted,
    Edited,
    EventId,
    InstanceName,
    Message,
    Named,
    Surface,
    ThreadId,
    ThreadRef,
    UserId,
    WorkspaceId,
)
from bridge_discord.ids import message_id
from bridge_discord.markup import to_markdown
from bridge_discord.places import DM, OPENS_THREADS, POSTS, Place

DEFAULT, REPLY = 0, 19
"""The message types that people write; all others are notices of Discord's own (Discord: Message Types)."""

CARRIES = ("attachments", "embeds", "sticker_items", "components", "poll", "message_snapshots")
"""What a message may consist of instead of text."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the events of one bot. `me` is its user id, `channel_name` knows channels by their id.

    `reads_all` is False without the Message Content intent: then Discord hides what does not mention the bot.
    """

    instance: InstanceName
    me: str
    reads_all: bool
    channel_name: Callable[[str], str | None]

    def message(self, data: Mapping[str, Any], place: Place) -> Message | None:
        """A message that a person wrote; None for what bots, webhooks and Discord itself wrote."""
        if data.get("type") not in (DEFAULT, REPLY) or not self._human(data):
            return None
        thread = self.thread(place, data["id"])
        starts = thread.surface is Surface.DIRECT or _opens_post(place, data["id"]) or not place.is_thread
        opens = place.type in OPENS_THREADS
        top_level = not place.is_thread and thread.surface is not Surface.DIRECT
        room = place.parent or place
        direct = place.type == DM
        return Message(
            event_id=EventId(data["id"]),
            id=message_id(place.id, data["id"]),
            thread=thread,
            in_thread=thread if opens else None,
            in_channel=self._chain(place, data["id"]) if top_level else None,
            workspace=Named(place.guild.id, place.guild.name) if place.guild else Named(""),
            channel=Named(room.id, None if direct else room.name),
            author=_author(data),
            text=self._text(data, place),
            sent_at=_time(data["timestamp"]),
            mentions_bot=self._mentioned(data, place),
            direct=direct,
            starts=starts,
            reply_to=_reply_to(data, place),
            attachments=tuple(_attachment(file) for file in data.get("attachments", ())),
            withheld=not self.reads_all and not direct and not data.get("content") and not _carries_anything(data),
        )

    def edited(self, data: Mapping[str, Any], place: Place) -> Edited | None:
        """A change that a person made; None for an unfurled link and everything else that is no change of text."""
        at = data.get("edited_timestamp")
        if not at or data.get("type") not in (DEFAULT, REPLY) or not self._human(data):
            return None
        return Edited(
            event_id=EventId(f"{data['id']}:edit:{at}"),
            id=message_id(place.id, data["id"]),
            thread=self.thread(place, data["id"]),
            author=_author(data),
            text=self._text(data, place),
            revision=at,
            at=_time(at),
        )

    def deleted(self, data: Mapping[str, Any], place: Place, at: datetime) -> Deleted:
        """A deletion; Discord says neither who nor when."""
        return Deleted(
            event_id=EventId(f"{data['id']}:delete"),
            id=message_id(place.id, data["id"]),
            thread=self.thread(place, data["id"]),
            at=at,
        )

    def thread(self, place: Place, message: str) -> ThreadRef:
        """Where the conversation of a message is, or would begin."""
        if place.type == DM:
            return ThreadRef(self.instance, WorkspaceId(""), ChannelId(place.id), ThreadId(place.id), Surface.DIRECT)
        if place.is_thread:
            parent = place.parent or place
            return self._ref(place, parent.id, place.id, Surface.THREAD)
        if place.type in OPENS_THREADS:
            return self._ref(place, place.id, message, Surface.THREAD)
        return self._chain(place, message)

    def _chain(self, place: Place, message: str) -> ThreadRef:
        return self._ref(place, place.id, message, Surface.CHANNEL)

    def _ref(self, place: Place, channel: str, thread: str, surface: Surface) -> ThreadRef:
        guild = place.guild.id if place.guild else ""
        return ThreadRef(self.instance, WorkspaceId(guild), ChannelId(channel), ThreadId(thread), surface)

    def _human(self, data: Mapping[str, Any]) -> bool:
        author = data.get("author") or {}
        robot = author.get("bot") or author.get("system") or data.get("webhook_id")
        return bool(author) and not robot and author["id"] != self.me

    def _ours(self, place: Place) -> frozenset[str]:
        role = place.guild.bot_role if place.guild else None
        return frozenset({self.me, role} if role else {self.me})

    def _mentioned(self, data: Mapping[str, Any], place: Place) -> bool:
        ids = {user["id"] for user in data.get("mentions", ())} | set(data.get("mention_roles", ()))
        return not ids.isdisjoint(self._ours(place))

    def _text(self, data: Mapping[str, Any], place: Place) -> str:
        users = {user["id"]: _name(user, user.get("member")) for user in data.get("mentions", ())}
        roles = place.guild.roles if place.guild else {}
        return to_markdown(
            data.get("content") or "",
            bot=self._ours(place),
            users=users,
            roles=roles.get,
            channels=self.channel_name,
        )


def _opens_post(place: Place, message: str) -> bool:
    """Whether a message is the one that a forum post begins with; it has the post's id."""
    return place.id == message and place.parent is not None and place.parent.type in POSTS


def _author(data: Mapping[str, Any]) -> Author:
    member = data.get("member") or {}
    return Author(UserId(data["author"]["id"]), _name(data["author"], member), frozenset(member.get("roles", ())))


def _name(user: Mapping[str, Any], member: Mapping[str, Any] | None) -> str:
    nick = (member or {}).get("nick")
    return str(nick or user.get("global_name") or user.get("username") or user["id"])


def _reply_to(data: Mapping[str, Any], place: Place) -> Any:
    reference = data.get("message_reference") or {}
    target = reference.get("message_id")
    if data.get("type") != REPLY or not target:
        return None
    return message_id(reference.get("channel_id", place.id), target)


def _attachment(file: Mapping[str, Any]) -> Attachment:
    return Attachment(file["id"], file["filename"], file.get("content_type"), file.get("size"), file.get("url"))


def _carries_anything(data: Mapping[str, Any]) -> bool:
    return any(data.get(part) for part in CARRIES)


def _time(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).astimezone(UTC)
