"""One turn as it comes over the wire: which frames belong to it, what they say, and when it is over. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bridge import Complete, Delta, EndReason, SessionEvent, Status, TurnEnded
from bridge_vectorshift.answer import after_question, from_first, newest
from bridge_vectorshift.frames import Kind, Note

SETTLE = 4.0
"""Seconds of silence after which what looks like the end is the end."""
POLL = 20.0
"""Seconds of silence after which the service is asked for its messages."""
STALLED = 120.0
"""Seconds of silence after which an agent whose last word is a finished text is taken to be done."""
GIVEN_UP = 900.0
"""Seconds of silence after which a turn has failed."""


class Turn:
    """Turns frames into events for `emit`, the last of which is TurnEnded.

    A chatbot's turn is over when a message is complete, an agent's when its status is `Idle` after `Processing`; that
    of a service which sends no status, at a complete message too. `question` is None for a turn that goes on after a
    request was answered, or that was `joined` while it ran. `ignored` holds the ids of messages of earlier turns.
    """

    def __init__(
        self,
        emit: Callable[[SessionEvent], None],
        *,
        agent: bool,
        question: Sequence[str] | None,
        ignored: set[str],
        knows_all: bool,
        joined: bool = False,
    ) -> None:
        self._emit = emit
        self._agent = agent
        self._question = None if question is None else question[-1]
        self._ignored = ignored
        self._knows_all = knows_all
        """True when `ignored` holds every message from before this turn."""
        self._length: dict[str, int] = {}
        """The characters that we have of each message, in the order in which they began."""
        self._shut: set[str] = set()
        """Messages whose deltas are not taken: finished ones, and those of which a piece is missing."""
        self._finished: set[str] = set()
        self._told: dict[str, SessionEvent] = {}
        self._processing = False
        self._joined = joined
        self._unsure = joined
        """True when statuses may have been missed, so that `Idle` may have come already."""
        self._pending: TurnEnded | None = None
        self._last: Note | None = None
        self._nothing_runs = False
        """True when a turn was joined and there seems to be none."""
        self._changed = False
        self.over = False

    @property
    def ids(self) -> set[str]:
        """The messages of this turn."""
        return {*self._length, *self._told}

    # -- what comes over the wire

    def delta(self, message_id: str, text: str, index: object = None) -> None:
        """A piece of a message. This is called more often than all the rest together."""
        if message_id in self._shut or message_id in self._ignored or self.over:
            return
        have = self._length.get(message_id)
        if have is None:
            have = 0
            if self._unsure and index not in (0, None):
                self._shut.add(message_id)  # it began while we were away: wait for the whole of it
        self._length[message_id] = have + len(text)
        self._last = None
        if message_id not in self._shut:
            self._emit(Delta(message_id, text))

    def note(self, note: Note) -> None:
        """A message as it is now."""
        if self.over or not self._take(note):
            return
        if self._agent and (self._processing or self._unsure):
            return  # its status says when it is over
        if self._pending is not None or (note.kind is Kind.TEXT and note.finished):
            self._end(self._pending or TurnEnded(EndReason.ANSWERED))

    def status(self, status: str) -> None:
        """What the service says the chatbot is doing."""
        if self.over or not status:
            return
        self._emit(Status(status))
        if not self._agent:
            return
        if status == "Processing":
            self._processing = True
        elif (status == "Idle" and (self._processing or self._unsure)) or (
            status == "AwaitingApproval" and self._pending is not None
        ):
            self._end(self._pending or TurnEnded(EndReason.ANSWERED))

    def fail(self, error: str) -> None:
        """The service reports an error that is about no request."""
        if not self.over:
            self._end(TurnEnded(EndReason.FAILED, error))

    def stop(self) -> None:
        """A person stopped it."""
        if not self.over:
            self._end(TurnEnded(EndReason.STOPPED))

    # -- what the list of messages says

    def rejoin(self) -> None:
        """The connection was lost: frames may be missing until `catch_up` is called with `lost`."""
        self._unsure, self._processing = True, False

    def catch_up(self, listed: Sequence[Note], *, lost: bool, quiet: float = 0.0) -> bool:
        """Take what the service lists. False when it cannot be told which of it answers this turn's question.

        `lost` says that frames before this list are missing; deltas that came with it are in it already.
        """
        answer = self._answer(listed)
        if answer is None:
            return False
        self._changed = False
        if lost:
            present = {note.id for note in answer}
            self._shut.update(known for known in self._length if known not in present)
        for note in answer:
            self._take(note)
            if note.kind is Kind.TEXT and self._pending is not None and self._pending.reason is EndReason.WAITING:
                self._pending = None  # it went on after the request, so somebody has answered that
        self._last = answer[-1] if answer else None
        self._nothing_runs = self._joined and not answer and not (listed and listed[-1].from_user)
        still = not self._changed and quiet >= (SETTLE if self._unsure else STALLED)
        if self._pending is not None and (self._unsure or not self._agent):
            self._end(self._pending)
        elif (self._finished_last and not self._agent) or (self._settled and still):
            self._end(TurnEnded(EndReason.ANSWERED))
        return True

    def quiet(self, seconds: float, since_list: float) -> bool:
        """Nothing was heard of this turn for `seconds`; True when the service should be asked for its messages.

        `since_list` is how long ago it was asked.
        """
        if self.over:
            return False
        if self._pending is not None and seconds >= SETTLE:
            self._end(self._pending)
            return False
        if seconds >= GIVEN_UP:
            self._end(TurnEnded(EndReason.FAILED, f"nothing was heard of it for {seconds / 60:.0f} minutes"))
            return False
        enough = SETTLE if self._unsure and self._settled else POLL
        return seconds >= enough and since_list >= enough

    # -- how it is judged

    @property
    def _settled(self) -> bool:
        """True when nothing more seems to come."""
        return self._finished_last or (self._nothing_runs and not self.ids)

    @property
    def _finished_last(self) -> bool:
        return self._last is not None and self._last.kind is Kind.TEXT and self._last.finished

    def _answer(self, listed: Sequence[Note]) -> Sequence[Note] | None:
        """The part of the list that answers the question; None when that cannot be told."""
        found = None if self._question is None else after_question(listed, self._question)
        if found is None:
            found = from_first(listed, self.ids)
        if found is None and self._question is None:
            found = newest(listed)
        if found is None and self._knows_all:
            found = listed
        return None if found is None else [n for n in found if not n.from_user and n.id not in self._ignored]

    def _take(self, note: Note) -> bool:
        """Emit what is new in a note; False when it is not of this turn."""
        if note.from_user or note.id in self._ignored:
            return False
        self._last = note
        if note.kind is Kind.TEXT:
            self._text(note)
            return True
        if note.kind is Kind.ERROR:
            self._told.setdefault(note.id, Status("error"))
            self._pending = TurnEnded(EndReason.FAILED, note.text)
            return True
        if note.event is None or self._told.get(note.id) == note.event:
            return True
        self._told[note.id] = note.event
        self._say(note.event)
        if note.kind in {Kind.APPROVAL, Kind.REAUTHORIZATION}:
            self._pending = TurnEnded(EndReason.WAITING)
        return True

    def _text(self, note: Note) -> None:
        have = self._length.get(note.id, 0)
        if note.finished:
            if note.id in self._finished and have == len(note.text):
                return
            self._finished.add(note.id)
            self._shut.add(note.id)
        elif note.id in self._finished or len(note.text) < have:
            return  # older than what we have
        else:
            self._shut.discard(note.id)
            if len(note.text) == have:
                return
        self._length[note.id] = len(note.text)
        self._say(Complete(note.id, note.text))

    def _say(self, event: SessionEvent) -> None:
        self._changed = True
        self._emit(event)

    def _end(self, ended: TurnEnded) -> None:
        self.over = True
        self._emit(ended)
