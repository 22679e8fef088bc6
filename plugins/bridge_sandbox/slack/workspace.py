"""What a Slack workspace holds: people, conversations and their messages. No network here."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

BOT_NAME = "bridge"


@dataclass(slots=True)
class Person:
    """A user of the workspace, the bot's own user included."""

    id: str
    name: str
    bot: bool = False


@dataclass(slots=True)
class Stream:
    """A message that still grows, until a moment of the monotonic clock or until a person stops it."""

    until: float
    stopped_by_user: bool = False

    def open_at(self, now: float) -> bool:
        """Whether it has not ended by itself."""
        return now < self.until


@dataclass(slots=True)
class Posted:
    """One message. `raw` is its text in Slack's escaped form, `blocks` what its author sent besides."""

    ts: str
    user: str
    raw: str
    thread_ts: str | None = None
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    broadcast: bool = False
    edited_ts: str | None = None
    edits: int = 0
    replies: int = 0
    deleted: bool = False
    tombstone: bool = False
    """True for a root that was deleted and has replies: Slack shows in its place that it was."""
    stream: Stream | None = None
    tasks: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Title and status of the steps that a stream told of, by their id."""

    @property
    def root(self) -> str:
        """The `ts` of the thread that it is in, or that it would begin."""
        return self.thread_ts or self.ts


@dataclass(slots=True)
class Conversation:
    """A public or private channel, or the direct messages of one person with the bot."""

    id: str
    name: str
    private: bool = False
    direct_with: str | None = None
    members: set[str] = field(default_factory=set)
    archived: bool = False
    messages: dict[str, Posted] = field(default_factory=dict)

    @property
    def channel_type(self) -> str:
        """As events name it; Slack: the message event."""
        return "im" if self.direct_with else "group" if self.private else "channel"

    def thread(self, root: str) -> Iterator[Posted]:
        """The root and its replies, oldest first, without those deleted."""
        return (m for m in self.messages.values() if m.root == root and not m.deleted)


class Workspace:
    """One team with its people and conversations. `seed` decides every id."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - ids that a seed repeats, not secrets
        self._last_ts = (0, 0)
        self.id = self.new_id("T")
        self.name = "Sandbox"
        self.people: dict[str, Person] = {}
        self.conversations: dict[str, Conversation] = {}
        self.app_id = self.new_id("A")
        self.bot_id = self.new_id("B")
        self.bot = self.add_person(BOT_NAME, bot=True)
        first = [self.add_person(name) for name in ("Ada", "Grace")]
        everyone = {self.bot.id, *(person.id for person in first)}
        for name in ("general", "help", "random"):
            self.add_channel(name, members=everyone)
        self.add_channel("team-internal", private=True, members=everyone)
        self.direct(first[0].id)

    def new_id(self, prefix: str) -> str:
        """An id as Slack writes them: a letter for the kind, then ten letters and digits."""
        return prefix + "0" + "".join(self._random.choices(string.ascii_uppercase + string.digits, k=9))

    def new_ts(self) -> str:
        """The next message id: seconds and microseconds, always later than the one before."""
        now = datetime.now(UTC)
        ts = max((int(now.timestamp()), now.microsecond), (self._last_ts[0], self._last_ts[1] + 1))
        if ts[1] > 999_999:
            ts = (ts[0] + 1, 0)
        self._last_ts = ts
        return f"{ts[0]}.{ts[1]:06d}"

    def add_person(self, name: str, *, bot: bool = False) -> Person:
        """A new user."""
        person = Person(self.new_id("U"), name, bot)
        self.people[person.id] = person
        return person

    def person(self, name: str) -> Person:
        """The user of that name, new where there was none."""
        for person in self.people.values():
            if person.name == name and not person.bot:
                return person
        return self.add_person(name)

    def add_channel(self, name: str, *, private: bool = False, members: set[str] | None = None) -> Conversation:
        """A new channel; the bot is in it only when `members` says so."""
        channel = Conversation(self.new_id("C"), name, private=private, members=set(members or ()))
        self.conversations[channel.id] = channel
        return channel

    def direct(self, user: str) -> Conversation:
        """The direct messages of a user with the bot, opened where there were none."""
        for conversation in self.conversations.values():
            if conversation.direct_with == user:
                return conversation
        opened = Conversation(self.new_id("D"), BOT_NAME, direct_with=user, members={user, self.bot.id})
        self.conversations[opened.id] = opened
        return opened
