"""A fake platform as the people in it see it: rooms, messages, and a way to type. The page and the tests use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class RoomKind(StrEnum):
    """What a room is."""

    CHANNEL = "channel"
    DIRECT = "direct"
    THREAD = "thread"
    FORUM = "forum"


@dataclass(frozen=True, slots=True)
class Room:
    """A channel, a DM with the bot, a forum, or a thread below `parent` (for Slack, `id` is "CHANNEL:THREAD_TS")."""

    id: str
    name: str
    kind: RoomKind
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it is on screen now."""

    id: str
    room: str
    author: str
    bot: bool
    text: str
    """Markdown as the platform's own client would read it: the platform's dialect, mentions as `@name`."""
    at: datetime
    edits: int = 0
    deleted: bool = False
    streaming: bool = False
    attachments: Sequence[str] = ()


class ChangeKind(StrEnum):
    """What happened on screen."""

    POSTED = "posted"
    EDITED = "edited"
    DELETED = "deleted"
    ROOM = "room"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `text` is the status for ACTIVITY (empty: it ended); `room` is set for ROOM."""

    kind: ChangeKind
    room_id: str
    message: Shown | None = None
    room: Room | None = None
    text: str = ""


class People(Protocol):
    """The side of a fake platform on which people sit."""

    @property
    def service(self) -> str:
        """ "slack" or "discord"."""
        ...

    @property
    def bot_mention(self) -> str:
        """What a person types to mention the bot, e.g. `@bridge`; `say` turns it into the platform's own mention."""
        ...

    def rooms(self) -> Sequence[Room]:
        """Everything that can be opened, parents before their threads."""
        ...

    def shown(self, room_id: str) -> Sequence[Shown]:
        """The messages of one room, oldest first; in a Slack thread the question itself comes first."""
        ...

    async def say(self, room_id: str, text: str, *, author: str = "Ada") -> Shown:
        """A person writes in a room. Returns once the platform has it, not once the bridge has."""
        ...

    def watch(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` for each change, until the returned function is called."""
        ...
