"""The fake Discord as the people in it see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bridge_sandbox.discord.payloads import ROLE_MENTION, USER_MENTION
from bridge_sandbox.discord.things import Channel, ChannelType, Posted, User
from bridge_sandbox.discord.world import Happened, Kind, World
from bridge_sandbox.view import Change, ChangeKind, Room, RoomKind, Shown

KINDS = {
    ChannelType.DM: RoomKind.DIRECT,
    ChannelType.FORUM: RoomKind.FORUM,
    ChannelType.PUBLIC_THREAD: RoomKind.THREAD,
}
CHANGES = {
    Kind.POSTED: ChangeKind.POSTED,
    Kind.EDITED: ChangeKind.EDITED,
    Kind.DELETED: ChangeKind.DELETED,
    Kind.CHANNEL: ChangeKind.ROOM,
    Kind.CHANNEL_CHANGED: ChangeKind.ROOM,
    Kind.TYPING: ChangeKind.ACTIVITY,
}
CHANNEL_MENTION = re.compile(r"<#(\d+)>")
LONGEST = 2000
"""What a person may write at once (4,000 with a subscription)."""


class Crowd:
    """The people of the server; implements `People`."""

    service = "discord"

    def __init__(self, world: World) -> None:
        self._world = world
        self.bot_mention = f"@{world.bot.name}"

    def rooms(self) -> Sequence[Room]:
        """Everything that can be opened, parents before their threads."""
        channels = sorted(self._world.channels.values(), key=lambda channel: channel.thread)
        return [self._room(channel) for channel in channels]

    def shown(self, room_id: str) -> Sequence[Shown]:
        """The messages of a room, oldest first. Raises LookupError when there is no such room."""
        return [self._shown(message) for message in self._channel(room_id).messages]

    async def say(self, room_id: str, text: str, *, author: str = "Ada") -> Shown:
        """A person writes; in a forum this opens a post named after the first line.

        Raises LookupError when there is no such room, ValueError when Discord would not take the text.
        """
        return self._shown(self.write(room_id, text, author=author))

    def write(
        self, room_id: str, text: str, *, author: str = "Ada", reply_to: str | None = None, ping: bool = True
    ) -> Posted:
        """As `say`, also as an answer to a message, with or without its ping."""
        channel, person = self._channel(room_id), self._world.user(author)
        if not text.strip() or len(text) > LONGEST:
            raise ValueError(f"Discord takes 1 to {LONGEST} characters, this is {len(text)}")
        content = self._with_mentions(text)
        if channel.type is ChannelType.FORUM:
            post = self._world.open_thread(channel, text.splitlines()[0][:100], person)
            return self._world.post(post, person, content, message_id=post.id)
        if reply_to is not None:
            if channel.message(reply_to) is None:
                raise LookupError(f"there is no message {reply_to} in {channel.name}")
            return self._world.reply(channel, person, content, reply_to, pings=ping)
        return self._world.post(channel, person, content)

    def edit(self, message_id: str, text: str) -> Shown:
        """A person changes a message of theirs."""
        message = self.message(message_id)
        self._world.edit(message, self._with_mentions(text))
        return self._shown(message)

    def delete(self, message_id: str) -> None:
        """A person deletes a message."""
        self._world.delete(self.message(message_id))

    def message(self, message_id: str) -> Posted:
        """The message of this id, wherever it is. Raises LookupError."""
        for channel in self._world.channels.values():
            found = channel.message(message_id)
            if found is not None:
                return found
        raise LookupError(f"there is no message {message_id}")

    def watch(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` for each change, until the returned function is called."""

        def tell(happened: Happened) -> None:
            if happened.kind is Kind.TYPING and happened.user is not self._world.bot:
                return
            kind = CHANGES[happened.kind]
            message = self._shown(happened.message) if happened.message else None
            room = self._room(happened.channel) if kind is ChangeKind.ROOM else None
            text = f"{self._world.bot.name} is typing…" if kind is ChangeKind.ACTIVITY else ""
            listener(Change(kind, happened.channel.id, message, room, text))

        self._world.listeners.append(tell)
        return lambda: self._world.listeners.remove(tell)

    def room(self, name: str) -> Room:
        """The room of this name. Raises LookupError."""
        found = next((room for room in self.rooms() if room.name == name), None)
        if found is None:
            raise LookupError(f"there is no room named {name!r}")
        return found

    def _channel(self, room_id: str) -> Channel:
        channel = self._world.channels.get(room_id)
        if channel is None:
            raise LookupError(f"there is no room {room_id}")
        return channel

    def _room(self, channel: Channel) -> Room:
        name = self._world.bot.name if channel.recipient else channel.name
        return Room(channel.id, name, KINDS.get(channel.type, RoomKind.CHANNEL), channel.parent)

    def _shown(self, message: Posted) -> Shown:
        return Shown(
            id=message.id,
            room=message.channel.id,
            author=message.author.name,
            bot=message.author.bot,
            text=self._readable(message.content),
            at=message.at,
            edits=message.edits,
            deleted=message.deleted,
            attachments=tuple(str(file["filename"]) for file in message.attachments),
        )

    def _readable(self, content: str) -> str:
        """Mentions as a person sees them."""
        roles = {role.id: role.name for role in self._world.roles}
        users, channels = self._world.users, self._world.channels
        content = USER_MENTION.sub(lambda m: f"@{users[m[1]].name if m[1] in users else 'unknown-user'}", content)
        content = ROLE_MENTION.sub(lambda m: f"@{roles.get(m[1], 'deleted-role')}", content)
        return CHANNEL_MENTION.sub(lambda m: f"#{channels[m[1]].name if m[1] in channels else 'unknown'}", content)

    def _with_mentions(self, text: str) -> str:
        """What Discord's client sends for a text in which `@name` was picked from the list."""

        def pick(match: re.Match[str]) -> str:
            user: User | None = next((u for u in self._world.users.values() if u.name == match[1]), None)
            return f"<@{user.id}>" if user else match[0]

        return re.sub(r"(?<![\w`])@(\w+)", pick, text)
