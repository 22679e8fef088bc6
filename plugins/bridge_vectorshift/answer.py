"""Which of a session's messages answer a question. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bridge_vectorshift.frames import REQUESTS, Kind, Note


def after_question(listed: Sequence[Note], question: str) -> Sequence[Note] | None:
    """What follows the newest message of a user that says `question`; None when there is none."""
    wanted = _plain(question)
    asked = [i for i, note in enumerate(listed) if note.from_user and _plain(note.text) == wanted]
    return listed[asked[-1] + 1 :] if asked else None


def from_first(listed: Sequence[Note], ids: set[str]) -> Sequence[Note] | None:
    """What follows the first of the messages `ids`, and that one; None when none of them is listed."""
    return next((listed[i:] for i, note in enumerate(listed) if note.id in ids), None)


def newest(listed: Sequence[Note]) -> Sequence[Note]:
    """What follows the newest message of a user; where users are not listed, the newest finished text."""
    for i in range(len(listed) - 1, -1, -1):
        if listed[i].from_user:
            return listed[i + 1 :]
    for i in range(len(listed) - 1, -1, -1):
        if listed[i].kind is Kind.TEXT and listed[i].finished:
            return listed[i + 1 :]
    return listed


def open_request(listed: Sequence[Note]) -> Sequence[Note]:
    """The request that holds up what was asked after it, if there is one."""
    last = next((note for note in reversed(listed) if not note.from_user), None)
    return [] if last is None or last.kind not in REQUESTS else [last]


def _plain(text: str) -> str:
    """Texts that differ only in white space are the same question."""
    return " ".join(text.split())
