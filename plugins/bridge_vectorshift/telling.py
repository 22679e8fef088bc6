"""What of a turn's messages is news, as events. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from bridge import Complete, Delta, EndReason, SessionEvent, TurnEnded
from bridge_vectorshift.frames import REQUESTS, Kind, Note
from bridge_vectorshift.texts import Texts

log = structlog.get_logger(__name__)


class Telling:
    """Gives each thing to `emit` once, whether it came live, in a list of messages, or both; nothing of `ignored`."""

    def __init__(self, emit: Callable[[SessionEvent], None], ignored: set[str]) -> None:
        self._emit = emit
        self._ignored = ignored
        self._texts = Texts()
        self._told: dict[str, SessionEvent | None] = {}
        self.last: Note | None = None
        """The newest message, when it came as a whole; None while it comes in pieces."""
        self.pending: TurnEnded | None = None
        """How the turn will end, when something was said that ends it."""
        self.changed = False
        """Set by whole messages that were news."""

    @property
    def ids(self) -> set[str]:
        """The messages that were told."""
        return self._texts.ids | self._told.keys()

    @property
    def finished(self) -> bool:
        """True when the last thing told is a finished text."""
        return self.last is not None and self.last.kind is Kind.TEXT and self.last.finished

    def delta(self, message_id: str, text: str, *, whole: bool) -> None:
        """A piece; `whole` is False when earlier pieces of its message may be missing."""
        if message_id in self._ignored:
            return
        self.last = None
        if self._texts.append(message_id, text, whole=whole):
            self._emit(Delta(message_id, text))

    def note(self, note: Note) -> bool:
        """A message as it is now; False when it is not of this turn."""
        if note.from_user or note.id in self._ignored:
            return False
        self.last = note
        if note.kind is Kind.TEXT:
            if self._texts.replace(note.id, note.text, finished=note.finished):
                self._say(Complete(note.id, note.text))
        elif note.kind is Kind.ERROR:
            self._told[note.id] = None
            self.pending = TurnEnded(EndReason.FAILED, note.text)
        elif note.event is None:
            log.debug("vectorshift.content_not_shown", type=note.content_type)
        elif self._told.get(note.id) != note.event:
            self._told[note.id] = note.event
            self._say(note.event)
            if note.kind in REQUESTS:
                self.pending = TurnEnded(EndReason.WAITING)
        return True

    def listed(self, answer: Sequence[Note], *, missed: bool) -> None:
        """All messages of the turn so far; `missed` says that pieces of others may be lost."""
        if missed:
            self._texts.miss({note.id for note in answer})
        self.changed = False
        for note in answer:
            self.note(note)
            if note.kind is Kind.TEXT and self.pending is not None and self.pending.reason is EndReason.WAITING:
                self.pending = None  # it went on after the request, so somebody has answered that
        self.last = answer[-1] if answer else None

    def _say(self, event: SessionEvent) -> None:
        self.changed = True
        self._emit(event)
