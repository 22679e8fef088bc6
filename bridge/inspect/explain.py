"""What became of a message and why, as lines in the order of their time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bridge.store import PartRow, PartState, Receipt, Trail, TurnRow, TurnState

_SLOTS = 1000
"""From this number on parts are the bridge's own sentences."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened; `at` is None for what is known without its time."""

    at: datetime | None
    what: str
    text: str


def explain(trail: Trail) -> list[Line]:
    """Everything that is known, oldest first; then the messages of the reply, and how it ended."""
    timed = [line for receipt in trail.receipts for line in _received(receipt)]
    timed += [
        Line(
            one.at, "duplicate", f"event {one.event_id} brought message {one.message} again{_times(one.times)}: ignored"
        )
        for one in trail.duplicates
    ]
    timed += [Line(step.at, step.what, step.text) for step in trail.steps]
    if trail.turn is not None:
        timed.append(_begun(trail, trail.turn))
    lines = sorted(timed, key=lambda line: line.at.timestamp() if line.at else 0.0)
    if trail.turn is not None:
        lines += map(_part, trail.turn.parts)
    return [*lines, *_ended(trail)]


def facts(trail: Trail) -> dict[str, Any]:
    """The like for a program."""
    turn, thread = trail.turn, trail.thread
    return {
        "messages": sorted({receipt.message for receipt in trail.receipts}),
        "thread": None if thread is None else thread.id,
        "turn": None if turn is None else turn.id,
        "state": turn.state.value if turn is not None else next((receipt.state for receipt in trail.receipts), None),
        "session": trail.session,
        "steps": [
            {"at": None if line.at is None else line.at.isoformat(), "what": line.what, "text": line.text}
            for line in explain(trail)
        ],
    }


def _received(receipt: Receipt) -> Iterator[Line]:
    late = ""
    if receipt.sent_at is not None:
        yield Line(receipt.sent_at, "written", f"message {receipt.message} in {receipt.channel} on {receipt.instance}")
        late = f", {_seconds(receipt.stored_at - receipt.sent_at)} after it was written"
    yield Line(receipt.stored_at, "received", f"event {receipt.event_id} ({receipt.kind} {receipt.message}){late}")
    why = receipt.why or (f"accepted by {receipt.route}" if receipt.accepted else "no reason was kept")
    ignored = "ignored" if receipt.kind == "message" else receipt.kind
    yield Line(receipt.stored_at, "accepted" if receipt.accepted else ignored, why)


def _begun(trail: Trail, turn: TurnRow) -> Line:
    waited = turn.created_at - max((receipt.stored_at for receipt in trail.receipts), default=turn.created_at)
    count = len(turn.messages)
    what = f"turn {turn.id} with {count} message{'' if count == 1 else 's'} and the session {trail.session}"
    return Line(turn.created_at, "turn", f"{what} began after {_seconds(waited)} in its lane")


def _part(part: PartRow) -> Line:
    name = f"part {part.number + 1} of the answer" if part.number < _SLOTS else "a sentence of the bridge's own"
    match part.state:
        case PartState.POSTING:
            return Line(None, "part", f"{name}: about to be posted with marker {part.marker}, without a receipt yet")
        case PartState.POSTED:
            return Line(None, "part", f"{name}: message {part.message}, may still change")
        case PartState.DROPPED:
            return Line(None, "part", f"{name}: message {part.message}, taken away again")
        case PartState.SEALED:
            return Line(None, "part", f"{name}: message {part.message}")


def _ended(trail: Trail) -> Iterable[Line]:
    turn = trail.turn
    if turn is None:
        for receipt in trail.receipts:
            if receipt.accepted:
                state = "waits for its turn" if receipt.state == "accepted" else receipt.state
                yield Line(None, "state", _because(state, receipt.reason))
        return
    if turn.ended_at is None:
        kind = f" for somebody's {turn.waiting_kind}" if turn.state is TurnState.WAITING else ""
        yield Line(None, "state", f"{turn.state.value}{kind}, attempt {turn.attempts}: not over yet")
        return
    took = f"{turn.state.value} after {_seconds(turn.ended_at - turn.created_at)}"
    attempts = "" if turn.attempts == 1 else f" and {turn.attempts} attempts"
    yield Line(turn.ended_at, "ended", _because(took + attempts, turn.reason))


def _because(state: str, reason: str) -> str:
    return f"{state}: {reason}" if reason else state


def _times(times: int) -> str:
    return "" if times == 1 else f" {times} times"


def _seconds(time: timedelta) -> str:
    return f"{time.total_seconds():.2f} s"
