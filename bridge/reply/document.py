"""What is to be shown for one turn, built up from the session's events. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

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
from bridge.markdown import code_span
from bridge.platform import Task, TaskStatus


class Document:
    """The text of a reply so far, and what the chatbot is doing.

    A reply may be made of several messages of the chatbot; they are shown one below the other, in the order in which
    they began.
    """

    def __init__(self, show: Collection[str] = ()) -> None:
        """`show` says what else is shown than what the chatbot says: "tools", "thinking"."""
        self._show = show
        self._tools: dict[str, Task] = {}
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
        self._tools.clear()
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
        return self._rare(event)

    def _rare(self, event: SessionEvent) -> bool:
        changed = True
        match event:
            case Complete(message_id, text):
                self._messages[message_id] = [text]
                self.last_message = message_id
            case ToolCall(tool_id=tool, name=name, status=status):
                self.activity = f"is using {name}" if status is ToolStatus.RUNNING else ""
                changed = self._use(tool, Task(tool, name, _STATUS[status]))
            case Thinking(message_id, text):
                self.activity = "is thinking"
                changed = "thinking" in self._show and bool(text.strip())
                if changed:
                    self._messages[f"thinking {message_id}"] = ["> " + "\n> ".join(text.strip().splitlines())]
            case ApprovalRequest(id=request, title=title):
                self.request = "approval"
                self._messages[f"request {request}"] = [notices.APPROVAL.format(title=title)]
            case ReauthorizationRequest(id=request, title=title, url=url):
                self.request = "sign-in"
                link = f" ([sign in]({url}))" if url else ""
                self._messages[f"request {request}"] = [notices.REAUTHORIZATION.format(title=title, link=link)]
            case _:
                changed = False
        return changed

    @property
    def text(self) -> str:
        """The whole Markdown. Empty until there is something to read."""
        return self._joined(self._messages)

    @property
    def spoken(self) -> str:
        """The text without the tools, for where they are shown as tasks."""
        return self._joined(name for name in self._messages if name not in self._lines) if self._tools else self.text

    @property
    def tasks(self) -> Sequence[Task]:
        """The tools that were used, where they are to be shown, in the order in which they were begun."""
        return tuple(self._tools.values())

    @property
    def silent(self) -> bool:
        """True while the chatbot has said nothing, whatever it did."""
        return not self.spoken

    def _use(self, tool: str, task: Task) -> bool:
        """A tool is a line of its own; True when that changed."""
        if "tools" not in self._show or self._tools.get(tool) == task:
            return False
        self._tools[tool] = task
        name = code_span(task.title)
        self._messages[f"tool {tool}"] = [f"*{name} failed*" if task.status is TaskStatus.FAILED else f"*Using {name}*"]
        return True

    @property
    def _lines(self) -> Collection[str]:
        return {f"tool {tool}" for tool in self._tools}

    def _joined(self, names: Iterable[str]) -> str:
        found = [self._messages[name] for name in names]
        for pieces in found:
            if len(pieces) > 1:
                pieces[:] = ["".join(pieces)]
        return "\n\n".join(pieces[0] for pieces in found if pieces[0].strip())


_STATUS = {
    ToolStatus.RUNNING: TaskStatus.RUNNING,
    ToolStatus.DONE: TaskStatus.DONE,
    ToolStatus.FAILED: TaskStatus.FAILED,
}
