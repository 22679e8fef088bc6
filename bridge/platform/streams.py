"""Messages that grow on the platform itself: one more thing that an adapter may be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from bridge.model import MessageId, MessageRef, ThreadRef, UserId


class TaskStatus(StrEnum):
    """How far a step of the chatbot is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Task:
    """A step that the chatbot takes, such as using a tool; `id` tells the steps of a reply apart."""

    id: str
    title: str
    status: TaskStatus


@runtime_checkable
class StreamsNatively(Protocol):
    """The platform has messages that grow by appending. `Platform.edit` of one that still grows ends it first.

    Each text begins with the one that was given before it, which `append_stream` and `stop_stream` are given as
    `before`. The adapter may hold back a tail that later text could change, as long as `stop_stream` shows it.
    """

    @property
    def stream_seconds(self) -> float:
        """How long a message may grow; it is stopped before."""
        ...

    @property
    def stream_gap(self) -> float:
        """The least seconds between two calls that let one message grow; see `Capabilities.edit_gap`."""
        ...

    def refuses_stream(self, thread: ThreadRef) -> str:
        """Why no message can grow in this thread, for the log; empty where one can. Pure."""
        ...

    def fits_stream(self, text: str) -> bool:
        """Whether one message can grow to this text. Pure."""
        ...

    async def start_stream(
        self, thread: ThreadRef, text: str, asker: UserId, tasks: Sequence[Task] = (), *, last: bool = False
    ) -> MessageRef:
        """Begin a message that answers `asker`, with these steps of the chatbot. Raises PlatformError, as all do.

        `last` says that no other text comes: nothing is held back.

        Any of them may raise StreamStopped: a person pressed the platform's own Stop.
        """
        ...

    async def append_stream(
        self, ref: MessageRef, before: str, text: str, tasks: Sequence[Task] = (), *, last: bool = False
    ) -> None:
        """Let it grow to `text`; `tasks` are steps that are new, or further than they were. `last` as above."""
        ...

    async def stop_stream(self, ref: MessageRef, before: str, text: str, marker: str) -> None:
        """Let it grow to `text` and end it; it is found by `marker` from now on."""
        ...

    def shows_as_streamed(self, text: str) -> bool:
        """Whether a message that grew to `text` shows it as an edit would; if not, it is edited in the end. Pure."""
        ...

    async def unmarked(self, thread: ThreadRef, after: MessageId) -> Sequence[MessageRef]:
        """The bot's own messages after the message `after` that carry no marker, oldest first."""
        ...
