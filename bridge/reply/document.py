"""What is to be shown for one turn, built up from the session's events. Pure."""

from __future__ import annotations

from bridge import notices
from bridge.chatbot import (
    ApprovalRequest,
    Complete,
    Delta,
    ReauthorizationRequest,
    SessionEvent,
    Thinking,
    ToolCall,
    ToolStatus,
)


class Document:
    """The text of a reply so far, and what the chatbot is doing.

    A reply may be made of several messages of the chatbot; they are shown one below the other, in the order in which
    they began.
    """

    def __init__(self) -> None:
        self._messages: dict[str, list[str]] = {}
        self.activity = ""
        """What the chatbot is doing, for a status line; empty when there is nothing to say."""
        self.last_message = ""
        """The id of the newest message of the chatbot."""
        self.request = ""
        """What the chatbot waits for, "approval" or "sign-in"; empty when it never asked for anything."""

    def clear(self) -> None:
        """Forget everything: the answer begins again in another session."""
        self._messages.clear()
        self.activity = self.last_message = self.request = ""

    def apply(self, event: SessionEvent) -> bool:
        """Take one event; True when the text changed."""
        if isinstance(event, Delta):
            pieces = self._messages.get(event.message_id)
            if pieces is None:
                self._messages[event.message_id] = [event.text]
                self.last_message = event.message_id
            else:
                pieces.append(event.text)
            return True
        match event:
            case Complete(message_id, text):
                self._messages[message_id] = [text]
                self.last_message = message_id
                return True
            case ToolCall(name=name, status=status):
                self.activity = f"is using {name}" if status is ToolStatus.RUNNING else ""
            case Thinking():
                self.activity = "is thinking"
            case ApprovalRequest(id=request, title=title):
                self.request = "approval"
                self._messages[f"request {request}"] = [notices.APPROVAL.format(title=title)]
                return True
            case ReauthorizationRequest(id=request, title=title, url=url):
                self.request = "sign-in"
                link = f" ([sign in]({url}))" if url else ""
                self._messages[f"request {request}"] = [notices.REAUTHORIZATION.format(title=title, link=link)]
                return True
            case _:
                pass
        return False

    @property
    def text(self) -> str:
        """The whole Markdown. Empty until the chatbot has said something."""
        for pieces in self._messages.values():
            if len(pieces) > 1:
                pieces[:] = ["".join(pieces)]
        return "\n\n".join(pieces[0] for pieces in self._messages.values() if pieces[0].strip())
