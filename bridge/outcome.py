"""How a turn ended, for the store, the thread and the log. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bridge import notices
from bridge.chatbot import EndReason, TurnEnded
from bridge.errors import BridgeError, MessageGone, Unprovable
from bridge.store import TurnState


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reason` is for the operator, `notice` for the thread."""

    state: TurnState
    reason: str = ""
    notice: str | None = None


STOPPED = Outcome(TurnState.CANCELLED, "stopped in the thread")


def of_end(ended: TurnEnded, *, empty: bool) -> Outcome:
    """The outcome of a turn that the chatbot ended; `empty` when it said nothing."""
    match ended.reason:
        case EndReason.ANSWERED:
            return Outcome(TurnState.ANSWERED, notice=notices.EMPTY if empty else None)
        case EndReason.STOPPED:
            return Outcome(TurnState.CANCELLED, "stopped at the chatbot")
        case EndReason.WAITING:
            return Outcome(TurnState.FAILED, "nobody answered the request in time", notices.WAITED_TOO_LONG)
        case EndReason.FAILED:
            return Outcome(TurnState.FAILED, ended.error or "the chatbot gave up", notices.FAILED)


def of_error(error: BridgeError) -> Outcome:
    """The outcome of a turn that the chatbot could not be asked, or not to the end."""
    return Outcome(TurnState.FAILED, f"{type(error).__name__}: {error}", notices.of(error))


def of_silence(error: BridgeError) -> Outcome:
    """The outcome of a turn whose answer could not be shown. Who deletes the answer does not want it."""
    state = TurnState.CANCELLED if isinstance(error, MessageGone) else TurnState.FAILED
    notice = notices.UNCERTAIN if isinstance(error, Unprovable) else None
    return Outcome(state, f"the answer could not be shown: {type(error).__name__}: {error}", notice)
