"""Messages that grow by appending. Slack: chat.startStream, chat.appendStream, chat.stopStream."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from bridge_sandbox.slack.blocks import LONGEST_MARKDOWN
from bridge_sandbox.slack.desk import Desk
from bridge_sandbox.slack.errors import SlackRefusal
from bridge_sandbox.slack.methods import Answer, Arguments, Method, Reading
from bridge_sandbox.slack.text import escape
from bridge_sandbox.slack.workspace import Conversation, Posted, Stream, Workspace
from bridge_sandbox.slack.writing import metadata_of

LIFETIME = 300.0
"""Seconds after which Slack ends a stream by itself. Not documented; measured by others (python-slack-sdk#1859)."""
LONGEST_FIELD = 256
KINDS = {"markdown_text", "task_update"}
STATUSES = {"pending", "in_progress", "complete", "error"}
"""Slack: chat.appendStream, chunks."""
LARGEST = 10_600
"""UTF-8 bytes that one stream takes in all. Not documented; measured by others."""


@dataclass(slots=True)
class Streaming:
    """The stream methods. `seconds` is how long a stream lives."""

    workspace: Workspace
    reading: Reading
    desk: Desk
    seconds: float = LIFETIME

    def methods(self) -> dict[str, Method]:
        """By Slack's names."""
        return {"chat.startStream": self.start, "chat.appendStream": self.append, "chat.stopStream": self.stop}

    def start(self, arguments: Arguments) -> Answer:
        conversation = self.reading.conversation(arguments, member=True)
        if conversation.archived:
            raise SlackRefusal("is_archived")
        root = conversation.messages.get(str(arguments.get("thread_ts") or ""))
        if root is None or root.deleted:
            raise SlackRefusal("thread_not_found" if arguments.get("thread_ts") else "invalid_arguments")
        self._check_recipient(arguments)
        text, tasks = _markdown(arguments), _tasks(arguments)
        message = Posted(
            ts=self.workspace.new_ts(),
            user=self.workspace.bot.id,
            raw="",
            thread_ts=root.root,
            stream=Stream(time.monotonic() + self.seconds),
        )
        _grow(message, text)
        message.tasks |= tasks
        self.desk.post(conversation, message)
        return {"channel": conversation.id, "ts": message.ts}

    def append(self, arguments: Arguments) -> Answer:
        conversation, message = self._streaming(arguments)
        text, tasks = _markdown(arguments), _tasks(arguments)
        if not text and not tasks:
            raise SlackRefusal("no_text")
        message.tasks |= tasks
        if text:
            self._add(conversation, message, text)
        return {"channel": conversation.id, "ts": message.ts}

    def stop(self, arguments: Arguments) -> Answer:
        conversation, message = self._streaming(arguments, stopping=True)
        text = _markdown(arguments)
        message.metadata = metadata_of(arguments) or message.metadata
        if text:
            self._add(conversation, message, text)
        message.stream = None
        return {"channel": conversation.id, "ts": message.ts}

    def _check_recipient(self, arguments: Arguments) -> None:
        for name, known in (("user", self.workspace.people), ("team", {self.workspace.id})):
            value = str(arguments.get(f"recipient_{name}_id") or "")
            if not value:
                raise SlackRefusal(f"missing_recipient_{name}_id")
            if value not in known:
                raise SlackRefusal(f"{name}_not_found")

    def _streaming(self, arguments: Arguments, *, stopping: bool = False) -> tuple[Conversation, Posted]:
        conversation = self.reading.conversation(arguments)
        message = conversation.messages.get(str(arguments.get("ts") or ""))
        if message is None or message.deleted:
            raise SlackRefusal("message_not_found")
        if message.user != self.workspace.bot.id:
            raise SlackRefusal("message_not_owned_by_app")
        stream = message.stream
        if stream is None or not stream.open_at(time.monotonic()):
            raise SlackRefusal("message_not_in_streaming_state")
        if stream.stopped_by_user and not stopping:
            raise SlackRefusal("stopped_by_user")
        return conversation, message

    def _add(self, conversation: Conversation, message: Posted, text: str) -> None:
        shown = "".join(str(block["text"]) for block in message.blocks) + text
        if len(shown.encode()) > LARGEST:
            raise SlackRefusal("msg_too_long")
        self.desk.grow(conversation, message, escape(shown), [{"type": "markdown", "text": shown}])


def _markdown(arguments: Arguments) -> str:
    text = arguments.get("markdown_text")
    if text is not None and arguments.get("chunks"):
        raise SlackRefusal("markdown_text_conflict")
    if text is None:
        text = "".join(str(chunk.get("text", "")) for chunk in _chunks(arguments) if chunk["type"] == "markdown_text")
    if len(str(text)) > LONGEST_MARKDOWN:
        raise SlackRefusal("msg_too_long")
    return str(text)


def _tasks(arguments: Arguments) -> dict[str, tuple[str, str]]:
    """Title and status of the tasks that a call tells of, by their id."""
    found = {}
    for chunk in _chunks(arguments):
        if chunk["type"] == "task_update":
            fields = [chunk.get(name) for name in ("id", "title", "status")]
            if not all(isinstance(field, str) and 0 < len(field) <= LONGEST_FIELD for field in fields):
                raise SlackRefusal("invalid_chunks")
            if chunk["status"] not in STATUSES:
                raise SlackRefusal("invalid_chunks")
            found[str(chunk["id"])] = str(chunk["title"]), str(chunk["status"])
    return found


def _chunks(arguments: Arguments) -> list[dict[str, Any]]:
    """SDKs send chunks as JSON, or as a string that holds JSON."""
    chunks = arguments.get("chunks") or []
    try:
        chunks = json.loads(chunks) if isinstance(chunks, str) else chunks
    except ValueError:
        chunks = None
    if not isinstance(chunks, list) or not all(isinstance(one, dict) and one.get("type") in KINDS for one in chunks):
        raise SlackRefusal("invalid_chunks")
    return chunks


def _grow(message: Posted, text: str) -> None:
    message.raw = escape(text)
    message.blocks = [{"type": "markdown", "text": text}] if text else []
