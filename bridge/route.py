"""One rule of the operator's file: whom it takes messages from, where, and how they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Trigger(StrEnum):
    """What begins a conversation in a channel."""

    MENTION = "mention"
    """A message that mentions the bot."""
    ALL = "all"
    """Every message."""


class ReplyIn(StrEnum):
    """Where the answer to a top-level message goes."""

    THREAD = "thread"
    """Into a thread beside the question."""
    CHANNEL = "channel"
    """Into the channel; each question is a conversation of its own, continued by replying to the answer."""


class Show(StrEnum):
    """What is shown besides what the chatbot says."""

    TOOLS = "tools"
    THINKING = "thinking"


class WhenBusy(StrEnum):
    """What becomes of the messages that arrive while a turn runs."""

    BATCH = "batch"
    """Together they are the next turn."""
    QUEUE = "queue"
    """Each is a turn of its own."""


class OnEdit(StrEnum):
    """What a change of a question does to its answer, while that is written or when it has just been."""

    REDO = "redo"
    """It is made anew in the same messages."""
    IGNORE = "ignore"
    """Nothing."""


class OnDelete(StrEnum):
    """What becomes of the answer to a question that its author deletes."""

    RETRACT = "retract"
    """It is deleted too."""
    KEEP = "keep"
    """It stays as far as it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One rule of the operator's file. An empty tuple is no restriction.

    A channel is written as its id or as `#` and its name, a workspace as its id or name, both with `*`, `?` and
    `[…]` as in file names; users are written as ids, because everybody chooses their own name.
    """

    number: int
    """Counted from 1, in the order of the file."""
    line: int
    label: str
    """How reasons call it, such as `route 2 (bridge.toml:31)`."""
    chatbot: str
    platform: str | None = None
    """The name of a platform instance; None for every one."""
    workspaces: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    direct_messages: bool = False
    users: tuple[str, ...] = ()
    not_users: tuple[str, ...] = ()
    trigger: Trigger = Trigger.MENTION
    reply_in: ReplyIn | None = None
    """None leaves it to the platform's adapter (`Message.thread`)."""
    when_busy: WhenBusy = WhenBusy.BATCH
    on_edit: OnEdit = OnEdit.REDO
    on_delete: OnDelete = OnDelete.RETRACT
    show_author: bool = False
    """True puts the author's name before the question."""
    show: tuple[Show, ...] = (Show.TOOLS,)
    most_parts: int = 20
    """So many messages an answer may have before the rest of it follows as a file."""
    answer_within: timedelta = timedelta(hours=6)
    """How old a question may be that is fetched after it was missed; an older one is left alone."""
    reset_after: timedelta | None = None
    """The idle time after which a thread starts a new session; None for never."""

    @property
    def takes_channels(self) -> bool:
        """True unless the route is for direct messages only."""
        return bool(self.channels) or not self.direct_messages

    @property
    def takes_direct_messages(self) -> bool:
        """True when the route says so, and when it names no place at all."""
        return self.direct_messages or not (self.workspaces or self.channels)
