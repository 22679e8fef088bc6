"""What goes wrong at VectorShift, as errors of bridge: a message for the operator and a notice for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge import (
    ChatbotBusy,
    ChatbotError,
    ChatbotNotFound,
    ChatbotUnauthorized,
    ChatbotUnavailable,
    MessageRefused,
    SessionLost,
    SessionRefused,
)

UNAVAILABLE = "The chatbot cannot be reached at the moment. Please ask again in a few minutes."
BUSY = "The chatbot has too much to do at the moment. Please ask again in a minute."
UNAUTHORIZED = "I am not allowed to talk to the chatbot any more. Please tell whoever runs this bot."
NOT_FOUND = "The chatbot that should answer here does not exist any more. Please tell whoever runs this bot."
REFUSED_SESSION = "The chatbot did not start a conversation. Please tell whoever runs this bot."
REFUSED_MESSAGE = "The chatbot did not accept this message. Try asking it in another way."
LOST = "The chatbot no longer has the earlier part of this conversation."

PASSING = ("timeout", "timed out", "temporar", "unavailable", "internal", "try again", "overload", "upstream")
"""Words of a refusal that will not last; the public documentation gives no codes for them."""
LIMITED = ("rate", "too many", "quota")
MISSING = ("not found", "unknown session", "no such session", "does not exist", "not connected", "expired")


def from_status(status: int, what: str, detail: str, retry_after: str | None = None) -> ChatbotError:
    """The error for an HTTP answer that is none, also of a refused WebSocket handshake."""
    text = f"VectorShift answered {what} with {status}" + (f": {detail}" if detail else "")
    match status:
        case 401:
            return ChatbotUnauthorized(f"{text}. Check the API key (VECTORSHIFT_API_KEY).", notice=UNAUTHORIZED)
        case 403:
            return ChatbotUnauthorized(f"{text}. The API key has no right to it.", notice=UNAUTHORIZED)
        case 404:
            return ChatbotNotFound(f"{text}. Check its name or id, its kind and its owner.", notice=NOT_FOUND)
        case 429:
            return ChatbotBusy(text, retry_after=_seconds(retry_after), notice=BUSY)
        case 400 | 422:
            return ChatbotNotFound(f"{text}. Check the chatbot's table.", notice=NOT_FOUND)
        case _:
            return unavailable(text)


def unavailable(text: str) -> ChatbotUnavailable:
    """The service is down, unreachable or too slow."""
    return ChatbotUnavailable(text, notice=UNAVAILABLE)


def session_refused(error: str, chatbot: str) -> ChatbotError:
    """`create_session` was answered with an error."""
    return _passing(error) or SessionRefused(
        f"VectorShift opens no session with {chatbot}: {error}", notice=REFUSED_SESSION
    )


def session_lost(error: str, session: str) -> ChatbotError:
    """`connect_session` was refused, which says that the id is unknown or somebody else's."""
    return _passing(error) or SessionLost(f"VectorShift does not know session {session}: {error}", notice=LOST)


def message_refused(error: str, session: str) -> ChatbotError:
    """A message was not taken."""
    if any(word in error.lower() for word in MISSING):
        return session_lost(error, session)
    return _passing(error) or MessageRefused(f"VectorShift did not take the message: {error}", notice=REFUSED_MESSAGE)


def detail_of(body: Any) -> str:
    """The words of an error body, which has one of several keys."""
    if not isinstance(body, Mapping):
        return ""
    found = next((body[key] for key in ("error", "message", "detail", "errors") if body.get(key)), "")
    return "; ".join(map(str, found)) if isinstance(found, list) else str(found)


def _passing(error: str) -> ChatbotError | None:
    said = error.lower()
    if any(word in said for word in LIMITED):
        return ChatbotBusy(f"VectorShift asks to wait: {error}", notice=BUSY)
    if any(word in said for word in PASSING):
        return unavailable(f"VectorShift failed: {error}")
    return None


def _seconds(retry_after: str | None) -> float | None:
    try:
        return None if retry_after is None else max(0.0, float(retry_after))
    except ValueError:
        return None  # an HTTP date: the caller's own backoff serves as well
