"""Frames as the service sends them, and what a listener makes of the events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bridge import Complete, Delta, SessionEvent, TurnEnded
from bridge_vectorshift.frames import Note, read
from bridge_vectorshift.turn import Beginning, Turn

BOT = {"object_id": "b1", "object_type": "chatbot"}
USER = {"user_id": "u1"}


def delta(message_id: str, text: str, index: int = 0) -> dict[str, Any]:
    return {"type": "message_delta", "message_id": message_id, "value": text, "index": index}


def message(message_id: str, sender: dict[str, str] = BOT, **content: Any) -> dict[str, Any]:
    return {"id": message_id, "session_id": "s1", "sender": sender, "content": content}


def words(message_id: str, text: str, status: str = "Complete", sender: dict[str, str] = BOT) -> dict[str, Any]:
    return message(message_id, sender, type="data_type_message", value=text, status=status)


def said(text: str) -> Note:
    """A question in the list of messages."""
    return listed(words(f"question {text}", text, sender=USER))[0]


def notification(found: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message_notification", "message": found}


def status(text: str) -> dict[str, Any]:
    return {"type": "participant_status", "message": {"status": text}}


def listed(*messages: dict[str, Any]) -> list[Note]:
    notes = [note for note in map(read, messages) if note is not None]
    assert len(notes) == len(messages)
    return notes


class Heard:
    """A turn and what it told."""

    def __init__(
        self,
        *,
        agent: bool = False,
        question: str | None = "Why?",
        ignored: set[str] | None = None,
        knows_all: bool = False,
        joined: bool = False,
    ) -> None:
        self.events: list[SessionEvent] = []
        beginning = Beginning(
            agent=agent, question=question, ignored=ignored or set(), knows_all=knows_all, joined=joined
        )
        self.turn = Turn(self.events.append, beginning)

    def hear(self, *found: dict[str, Any]) -> Heard:
        for frame in found:
            self.turn.frame(frame)
        return self

    @property
    def end(self) -> TurnEnded | None:
        """How it ended; None while it runs."""
        assert sum(isinstance(event, TurnEnded) for event in self.events) == int(self.turn.over)
        last = self.events[-1] if self.events else None
        return last if isinstance(last, TurnEnded) else None

    @property
    def texts(self) -> dict[str, str]:
        return told(self.events)


def told(events: Sequence[SessionEvent]) -> dict[str, str]:
    """The text of each message as the core would show it."""
    texts: dict[str, str] = {}
    for event in events:
        if isinstance(event, Delta):
            texts[event.message_id] = texts.get(event.message_id, "") + event.text
        elif isinstance(event, Complete):
            texts[event.message_id] = event.text
    return texts
