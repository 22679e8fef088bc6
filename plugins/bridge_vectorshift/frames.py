"""The frames of the session protocol: built for sending, read into bridge's words. Pure; unknown kinds are no error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from bridge import (
    ApprovalRequest,
    Complete,
    ReauthorizationRequest,
    Sender,
    SessionEvent,
    SessionMessage,
    Thinking,
    ToolCall,
    ToolStatus,
)

Frame = dict[str, Any]

REPLY = {"create_session": "session_created"}
"""The type of the ack, where it is not that of the request."""

DONE = {"complete", "completed", "done", "success", "succeeded", "finished"}
FAILED = {"failed", "failure", "error", "denied", "cancelled"}


class Kind(Enum):
    """What a message of a session holds."""

    TEXT = auto()
    TOOL = auto()
    THINKING = auto()
    APPROVAL = auto()
    REAUTHORIZATION = auto()
    ERROR = auto()
    OTHER = auto()


REQUESTS = {Kind.APPROVAL, Kind.REAUTHORIZATION}
"""What waits for a person."""


@dataclass(frozen=True, slots=True)
class Note:
    """One message of a session, from a notification or from the list."""

    id: str
    kind: Kind
    from_user: bool = False
    text: str = ""
    """The words of TEXT and ERROR."""
    finished: bool = True
    event: SessionEvent | None = None
    content_type: str = ""


def create(kind: str, object_id: str) -> Frame:
    """Open a session with a chatbot or agent."""
    return {"type": "create_session", "object_type": kind, "object_id": object_id}


def request(kind: str, session: str) -> Frame:
    """A request that needs nothing but the session."""
    return {"type": kind, "session_id": session}


def post(session: str, messages: Sequence[str]) -> Frame:
    """One turn."""
    if len(messages) == 1:
        return {"type": "post_message", "session_id": session, "content": messages[0]}
    return {"type": "post_messages", "session_id": session, "messages": list(messages)}


def respond(session: str, approval: str, *, approve: bool, fields: Mapping[str, str] | None) -> Frame:
    """The answer to an approval request. Without the parent's id the turn would stay stuck."""
    answer: dict[str, Any] = {"confirm": dict(fields or {})} if approve else {"deny": "The user said no."}
    content = {"type_string": "response_message", "value": {"tool_call_approval": answer}}
    return {"type": "post_message", "session_id": session, "content": content, "parent_message_id": approval}


def refusal(frame: Mapping[str, Any]) -> str | None:
    """Why a request was refused; None when it was not."""
    if frame.get("type") == "error" or frame.get("success") is False:
        return str(frame.get("error") or "no reason given")
    return None


def status(frame: Mapping[str, Any]) -> str:
    """The words of a `participant_status`."""
    message = frame.get("message")
    return str(message.get("status") or "") if isinstance(message, Mapping) else ""


def notes(frame: Mapping[str, Any]) -> list[Note]:
    """The messages of a `get_messages` answer, oldest first."""
    messages = frame.get("messages")
    return [note for m in messages if (note := read(m)) is not None] if isinstance(messages, list) else []


def read(message: Any) -> Note | None:
    """One message; None when it is not even a message."""
    if not isinstance(message, Mapping) or not isinstance(message.get("id"), str):
        return None
    content = message.get("content")
    sender = message.get("sender")
    from_user = isinstance(sender, Mapping) and "user_id" in sender
    if isinstance(content, str):
        content = {"type": "data_type_message", "value": content, "status": "Complete"}
    if not isinstance(content, Mapping):
        content = {}
    return _read(message["id"], from_user, str(content.get("type") or ""), content)


def _read(message_id: str, from_user: bool, kind: str, content: Mapping[str, Any]) -> Note:  # noqa: PLR0911 - a table
    match kind:
        case "data_type_message":
            text = _text(content.get("value"))
            finished = from_user or str(content.get("status") or "").lower() == "complete"
            return Note(message_id, Kind.TEXT, from_user, text, finished, Complete(message_id, text))
        case "error_message":
            return Note(message_id, Kind.ERROR, from_user, _text(content.get("error")) or "no reason given")
        case "tool_call":
            tool = _tool(message_id, content)
            return Note(message_id, Kind.TOOL, from_user, finished=tool.status is not ToolStatus.RUNNING, event=tool)
        case "thinking" | "reasoning":
            text = next((t for key in ("content", "value", "summary") if (t := _text(content.get(key)))), "")
            return Note(message_id, Kind.THINKING, from_user, event=Thinking(message_id, text))
        case "tool_call_approval":
            approval = ApprovalRequest(message_id, _title(content, "use a tool"), _fields(content))
            return Note(message_id, Kind.APPROVAL, from_user, event=approval)
        case "reauthorization_request":
            url = next((u for key in ("url", "auth_url", "link") if (u := _text(content.get(key)))), None)
            again = ReauthorizationRequest(message_id, _title(content, "a connection"), url)
            return Note(message_id, Kind.REAUTHORIZATION, from_user, event=again)
        case _:
            return Note(message_id, Kind.OTHER, from_user, content_type=kind)


def history(listed: Sequence[Note]) -> list[SessionMessage]:
    """What the service holds, as the core reads it.

    Between the texts of an agent stand tool calls, thoughts and requests. Where one of these comes last, more is to
    come: an empty message that is not complete stands for it.
    """
    found: list[SessionMessage] = []
    for index, note in enumerate(listed):
        sender = Sender.USER if note.from_user else Sender.CHATBOT
        if note.kind is Kind.TEXT:
            found.append(SessionMessage(note.id, sender, note.text, note.finished))
        elif note.kind is Kind.ERROR:
            found.append(SessionMessage(note.id, sender, "", error=note.text))
        elif index == len(listed) - 1 and not note.from_user:
            found.append(SessionMessage(note.id, sender, "", complete=False))
    return found


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("value")
    return value if isinstance(value, str) else "" if value is None else str(value)


def _tool(message_id: str, content: Mapping[str, Any]) -> ToolCall:
    said = str(content.get("status") or "").lower()
    progress = ToolStatus.DONE if said in DONE else ToolStatus.FAILED if said in FAILED else ToolStatus.RUNNING
    tool_id = str(content.get("tool_id") or message_id)
    return ToolCall(message_id, tool_id, str(content.get("tool_name") or "a tool"), progress)


def _title(content: Mapping[str, Any], otherwise: str) -> str:
    keys = ("title", "tool_name", "name", "integration", "message", "description")
    return next((text for key in keys if (text := _text(content.get(key)))), otherwise)


def _fields(content: Mapping[str, Any]) -> dict[str, str]:
    found: Any = next((content[key] for key in ("fields", "inputs", "arguments") if content.get(key)), {})
    if isinstance(found, Mapping):
        return {str(name): _text(value) for name, value in found.items()}
    if isinstance(found, list):
        named = [item for item in found if isinstance(item, Mapping) and item.get("name")]
        return {str(item["name"]): _text(item.get("value")) for item in named}
    return {}
