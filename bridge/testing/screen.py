"""The messages of the bot as people see them on a platform in memory."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from bridge.clock import Clock
from bridge.errors import MessageGone, NotEditable
from bridge.model import MessageId, MessageRef, ThreadRef
from bridge.platform import Button, Part, PartKind, Task


@dataclass(slots=True)
class Shown:
    """A message of the bot as it is on screen; `posted_at` is the clock's `monotonic()`."""

    ref: MessageRef
    text: str
    kind: PartKind
    marker: str
    posted_at: float
    history: list[str] = field(default_factory=list)
    """Every text that it has had, the first one included."""
    growing: bool = False
    """True while it is a native stream."""
    tasks: dict[str, Task] = field(default_factory=dict)
    """The steps of the chatbot, by their id."""
    buttons: tuple[Button, ...] = ()
    content: bytes | None = None
    """The file, where it is one."""


class Screen:
    """Everything that the bot shows. With `idempotent` a marker can be posted only once."""

    def __init__(self, clock: Clock, *, edit_seconds: float | None, idempotent: bool) -> None:
        self._clock = clock
        self._edit_seconds = edit_seconds
        self._idempotent = idempotent
        self._ids = itertools.count(1)
        self._messages: dict[MessageId, Shown] = {}

    def messages(self, thread: ThreadRef | None = None) -> tuple[Shown, ...]:
        """The messages in one thread, or all, oldest first."""
        return tuple(message for message in self._messages.values() if thread in {None, message.ref.thread})

    def post(self, thread: ThreadRef, part: Part, marker: str, content: bytes | None = None) -> MessageRef:
        """Show a new message."""
        existing = self.find(thread, marker)
        if marker and existing is not None and self._idempotent:
            return existing
        ref = MessageRef(thread, MessageId(f"B{next(self._ids)}"))
        now = self._clock.monotonic()
        self._messages[ref.id] = Shown(ref, part.text, part.kind, marker, now, [part.text], content=content)
        return ref

    def find(self, thread: ThreadRef, marker: str) -> MessageRef | None:
        """The message of a thread that was posted with `marker`."""
        return next((message.ref for message in self.messages(thread) if message.marker == marker), None)

    def edit(self, ref: MessageRef, part: Part) -> None:
        """Replace a message's text. Raises MessageGone and NotEditable."""
        message = self.get(ref)
        if self._edit_seconds is not None and self._clock.monotonic() - message.posted_at > self._edit_seconds:
            raise NotEditable(f"message {ref.id} is older than {self._edit_seconds:g} s")
        message.text, message.kind, message.growing = part.text, part.kind, False
        message.history.append(part.text)

    def get(self, ref: MessageRef) -> Shown:
        """The message itself. Raises MessageGone."""
        if ref.id not in self._messages:
            raise MessageGone(f"there is no message {ref.id}")
        return self._messages[ref.id]

    def delete(self, ref: MessageRef) -> None:
        """Take a message away, if it is there."""
        self._messages.pop(ref.id, None)
