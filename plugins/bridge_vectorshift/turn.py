"""One turn as it comes over the wire: which frames belong to it, what they say, when it is over. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from bridge import EndReason, SessionEvent, Status, TurnEnded
from bridge_vectorshift import frames
from bridge_vectorshift.answer import after_question, from_first, newest, open_request
from bridge_vectorshift.frames import Frame, Kind, Note
from bridge_vectorshift.telling import Telling

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
        self._telling = Telling(emit, beginning.ignored)
        self._processing = False
        self._unsure = beginning.joined
        """True when statuses may have been missed, so that `Idle` may have come already."""
        self._held: list[Frame] | None = [] if beginning.joined else None
        """Frames that wait for the list of messages, which says what was missed before them."""
        self._asked = True
        """False when a turn was joined and nothing seems to have been asked."""
        self._news = False
        self._quiet = self._since_list = 0.0
        self.over = False

    @property
    def ids(self) -> set[str]:
        """The messages of this turn."""
        return self._telling.ids

    # -- what comes over the wire

    def frame(self, frame: Frame) -> None:
        """One frame that answers no request. Deltas come more often than all the rest together."""
        if self._held is not None:
            self._held.append(frame)
        elif self.over:
            return
        elif frame.get("type") == "message_delta":
            self._news = True
            text = frame.get("value")
            if isinstance(text, str) and text:
                whole = not self._unsure or frame.get("index") in (0, None)
                self._telling.delta(str(frame.get("message_id")), text, whole=whole)
        elif frame.get("type") != "pong":
            self._news = True
            self._rare(frame)

    def _rare(self, frame: Frame) -> None:
        match frame.get("type"):
            case "message_notification":
                note = frames.read(frame.get("message"))
                if note is not None and self._telling.note(note):
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
        if self._telling.pending is not None or (note.kind is Kind.TEXT and note.finished):
            self._finish()

    def _status(self, status: str) -> None:
        if status:
            self._emit(Status(status))
        if not self._beginning.agent:
            return
        if status == "Processing":
            self._processing = True
        elif (status == "Idle" and (self._processing or self._unsure)) or (
            status == "AwaitingApproval" and self._telling.pending is not None
        ):
            self._finish()

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
        held, self._held = self._held, None
        self._telling.listed(answer, missed=held is not None)
        self._asked = bool(answer) or not self._beginning.joined or bool(listed and listed[-1].from_user)
        still = not self._telling.changed and self._quiet >= (SETTLE if self._unsure else STALLED)
        if self._telling.pending is not None:
            over = self._unsure or not self._beginning.agent
        else:
            over = (self._telling.finished and not self._beginning.agent) or (self._settled and still)
        if over:
            self._finish()
        present = {note.id for note in answer}
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
        if self._telling.pending is not None and self._quiet >= SETTLE:
            self._finish()
        elif self._quiet >= GIVEN_UP:
            self._end(TurnEnded(EndReason.FAILED, f"nothing was heard of it for {self._quiet / 60:.0f} minutes"))
        enough = SETTLE if self._unsure and self._settled else POLL
        return self._quiet >= enough and self._since_list >= enough

    @property
    def _settled(self) -> bool:
        """True when nothing more seems to come."""
        return self._telling.finished or not (self._asked or self.ids)

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
        if found is None:
            return None
        answer = [note for note in found if not note.from_user]
        return [note for note in answer or open_request(listed) if note.id not in ignored]

    def _finish(self) -> None:
        self._end(self._telling.pending or TurnEnded(EndReason.ANSWERED))

    def _end(self, ended: TurnEnded) -> None:
        self.over = True
        self._emit(ended)
