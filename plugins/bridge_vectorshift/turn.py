"""One turn as it comes over the wire: which frames belong to it, what they say, when it is over. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from bridge import Complete, Delta, EndReason, SessionEvent, Status, TurnEnded
from bridge_vectorshift import frames
from bridge_vectorshift.answer import after_question, from_first, newest
from bridge_vectorshift.frames import Frame, Kind, Note
from bridge_vectorshift.texts import Texts

log = structlog.get_logger(__name__)

SETTLE = 4.0
"""Seconds of silence after which what looks like the end is the end."""
POLL = 20.0
"""Seconds of silence after which the service is asked for its messages."""
STALLED = 120.0
"""Seconds of silence after which an agent whose last word is a finished text is taken to be done."""
GIVEN_UP = 900.0
"""Seconds of silence after which a turn has failed."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a turn begins with."""

    agent: bool
    question: str | None
    """The last message of what was asked; None when it goes on after a request, or was joined."""
    ignored: set[str]
    """The messages of earlier turns."""
    knows_all: bool
    """True when `ignored` holds every message from before."""
    joined: bool = False
    """True when it was begun elsewhere, and may be running or over."""


class Turn:
    """Makes events of frames and gives them to `emit`; the last is TurnEnded.

    A chatbot's turn is over when a message is complete; an agent's when its status is `Idle` after `Processing`, and
    with a service that sends no status at a complete message too.
    """

    def __init__(self, emit: Callable[[SessionEvent], None], beginning: Beginning) -> None:
        self._emit = emit
        self._beginning = beginning
        self._texts = Texts()
        self._told: dict[str, SessionEvent] = {}
        self._processing = False
        self._unsure = beginning.joined
        """True when statuses may have been missed, so that `Idle` may have come already."""
        self._held: list[Frame] | None = [] if beginning.joined else None
        """Frames that wait for the list of messages, which says what was missed before them."""
        self._pending: TurnEnded | None = None
        self._last: Note | None = None
        self._asked = True
        """False when a turn was joined and nothing seems to have been asked."""
        self._news = self._changed = False
        self._quiet = self._since_list = 0.0
        self.over = False

    @property
    def ids(self) -> set[str]:
        """The messages of this turn."""
        return self._texts.ids | self._told.keys()

    # -- what comes over the wire

    def frame(self, frame: Frame) -> None:
        """One frame that answers no request. Deltas come more often than all the rest together."""
        if self._held is not None:
            self._held.append(frame)
        elif self.over:
            return
        elif frame.get("type") == "message_delta":
            self._delta(str(frame.get("message_id")), frame.get("value"), frame.get("index"))
        elif frame.get("type") != "pong":
            self._news = True
            self._rare(frame)

    def _delta(self, message_id: str, text: object, index: object) -> None:
        self._news = True
        if message_id in self._beginning.ignored or not isinstance(text, str) or not text:
            return
        self._last = None
        if self._texts.append(message_id, text, whole=not self._unsure or index in (0, None)):
            self._emit(Delta(message_id, text))

    def _rare(self, frame: Frame) -> None:
        match frame.get("type"):
            case "message_notification":
                note = frames.read(frame.get("message"))
                if note is not None and self._take(note):
                    self._judge(note)
            case "participant_status":
                self._status(frames.status(frame))
            case "error" if frame.get("request_type") in {None, "post_message", "post_messages"}:
                self._end(TurnEnded(EndReason.FAILED, frames.refusal(frame)))
            case kind:
                log.debug("vectorshift.frame_not_used", type=kind)

    def _judge(self, note: Note) -> None:
        if self._beginning.agent and (self._processing or self._unsure):
            return  # its status says when it is over
        if self._pending is not None or (note.kind is Kind.TEXT and note.finished):
            self._end(self._pending or TurnEnded(EndReason.ANSWERED))

    def _status(self, status: str) -> None:
        self._emit(Status(status))
        if not self._beginning.agent:
            return
        if status == "Processing":
            self._processing = True
        elif (status == "Idle" and (self._processing or self._unsure)) or (
            status == "AwaitingApproval" and self._pending is not None
        ):
            self._end(self._pending or TurnEnded(EndReason.ANSWERED))

    def stop(self) -> None:
        """A person stopped it."""
        if not self.over:
            self._end(TurnEnded(EndReason.STOPPED))

    # -- what the list of messages says

    def rejoin(self) -> None:
        """The connection was lost: frames are held until `catch_up`."""
        self._unsure, self._processing, self._held = True, False, []

    def catch_up(self, listed: Sequence[Note]) -> bool:
        """Take what the service lists. False when it cannot be told which of it answers this turn's question."""
        self._since_list = 0.0
        answer = self._answer(listed)
        if answer is None or self.over:
            return self.over
        present = {note.id for note in answer}
        held, self._held = self._held, None
        if held is not None:
            self._texts.miss(present)
        self._changed = False
        for note in answer:
            self._take(note)
            if note.kind is Kind.TEXT and self._pending is not None and self._pending.reason is EndReason.WAITING:
                self._pending = None  # it went on after the request, so somebody has answered that
        self._asked = bool(answer) or not self._beginning.joined or bool(listed and listed[-1].from_user)
        self._conclude(answer)
        for frame in held or []:  # what was held is listed already, but for messages that are not listed at all
            if frame.get("type") != "message_delta" or frame.get("message_id") not in present:
                self.frame(frame)
        return True

    def tick(self, seconds: float) -> bool:
        """So much time has passed. True when the service should be asked for its messages."""
        if self.over or self._held is not None:
            return False
        self._quiet = 0.0 if self._news else self._quiet + seconds
        self._since_list += seconds
        self._news = False
        if self._pending is not None and self._quiet >= SETTLE:
            self._end(self._pending)
        elif self._quiet >= GIVEN_UP:
            self._end(TurnEnded(EndReason.FAILED, f"nothing was heard of it for {self._quiet / 60:.0f} minutes"))
        enough = SETTLE if self._unsure and self._settled else POLL
        return self._quiet >= enough and self._since_list >= enough

    def _conclude(self, answer: Sequence[Note]) -> None:
        self._last = answer[-1] if answer else None
        still = not self._changed and self._quiet >= (SETTLE if self._unsure else STALLED)
        if self._pending is not None and (self._unsure or not self._beginning.agent):
            self._end(self._pending)
        elif (self._finished and not self._beginning.agent) or (self._settled and still):
            self._end(TurnEnded(EndReason.ANSWERED))

    # -- how it is judged

    @property
    def _settled(self) -> bool:
        """True when nothing more seems to come."""
        return self._finished or not (self._asked or self.ids)

    @property
    def _finished(self) -> bool:
        """True when the last thing said is a finished text."""
        return self._last is not None and self._last.kind is Kind.TEXT and self._last.finished

    def _answer(self, listed: Sequence[Note]) -> Sequence[Note] | None:
        """The part of the list that answers the question; None when that cannot be told."""
        question, ignored = self._beginning.question, self._beginning.ignored
        found = None if question is None else after_question(listed, question)
        if found is None:
            found = from_first(listed, self.ids)
        if found is None and question is None:
            found = newest(listed)
        if found is None and self._beginning.knows_all:
            found = listed
        return None if found is None else [n for n in found if not n.from_user and n.id not in ignored]

    def _take(self, note: Note) -> bool:
        """Tell what is new in a note; False when it is not of this turn."""
        if note.from_user or note.id in self._beginning.ignored:
            return False
        self._last = note
        if note.kind is Kind.TEXT:
            if self._texts.replace(note.id, note.text, finished=note.finished):
                self._say(Complete(note.id, note.text))
        elif note.kind is Kind.ERROR:
            self._told[note.id] = Status("error")
            self._pending = TurnEnded(EndReason.FAILED, note.text)
        elif note.event is None:
            log.debug("vectorshift.content_not_shown", type=note.content_type)
        elif self._told.get(note.id) != note.event:
            self._told[note.id] = note.event
            self._say(note.event)
            if note.kind in {Kind.APPROVAL, Kind.REAUTHORIZATION}:
                self._pending = TurnEnded(EndReason.WAITING)
        return True

    def _say(self, event: SessionEvent) -> None:
        self._changed = True
        self._emit(event)

    def _end(self, ended: TurnEnded) -> None:
        self.over = True
        self._emit(ended)
