"""The Web API methods that change what people see, with the limits that Slack documents for them."""

from __future__ import annotations

import json
import time
from typing import Any

from bridge_sandbox.slack.blocks import check
from bridge_sandbox.slack.desk import Desk
from bridge_sandbox.slack.errors import SlackRefusal
from bridge_sandbox.slack.methods import Answer, Arguments, Method, Reading
from bridge_sandbox.slack.screen import Screen
from bridge_sandbox.slack.text import escape
from bridge_sandbox.slack.workspace import Conversation, Posted, Workspace

LONGEST_POST = 40_000
"""Slack: chat.postMessage; a longer `text` is cut off."""
LONGEST_UPDATE = 4_000
"""Slack: chat.update; a longer `text` is refused."""


class Writing:
    """Posts, edits, deletes and shows a status as the bot."""

    def __init__(self, workspace: Workspace, reading: Reading, desk: Desk, screen: Screen) -> None:
        self._workspace = workspace
        self._reading = reading
        self._desk = desk
        self._screen = screen

    def methods(self) -> dict[str, Method]:
        """By Slack's names."""
        return {
            "assistant.threads.setStatus": self.set_status,
            "chat.delete": self.delete,
            "chat.postMessage": self.post,
            "chat.update": self.update,
            "conversations.open": self.open,
        }

    def post(self, arguments: Arguments) -> Answer:
        conversation = self._reading.conversation(arguments, member=True)
        if conversation.archived:
            raise SlackRefusal("is_archived")
        raw, blocks = _content(arguments)
        thread_ts = str(arguments.get("thread_ts") or "") or None
        if thread_ts is not None:
            root = conversation.messages.get(thread_ts)
            if root is None or root.deleted:
                raise SlackRefusal("thread_not_found")
            thread_ts = root.root
        message = Posted(
            ts=self._workspace.new_ts(),
            user=self._workspace.bot.id,
            raw=raw[:LONGEST_POST],
            thread_ts=thread_ts,
            blocks=blocks,
            metadata=metadata_of(arguments),
        )
        self._desk.post(conversation, message)
        self._screen.activity(f"{conversation.id}:{thread_ts}" if thread_ts else conversation.id, "")
        return {"channel": conversation.id, "ts": message.ts, "message": {"text": raw, "ts": message.ts}}

    def update(self, arguments: Arguments) -> Answer:
        conversation = self._reading.conversation(arguments)
        message = self._own(conversation, arguments, "cant_update_message")
        if message.stream is not None and message.stream.open_at(time.monotonic()):
            raise SlackRefusal("streaming_state_conflict")
        raw, blocks = _content(arguments)
        if len(raw) > LONGEST_UPDATE:
            raise SlackRefusal("msg_too_long")
        message.metadata = metadata_of(arguments) or message.metadata
        message.stream = None  # one that ended by itself is repaired by this
        self._desk.edit(conversation, message, raw, blocks)
        return {"channel": conversation.id, "ts": message.ts, "text": raw}

    def delete(self, arguments: Arguments) -> Answer:
        conversation = self._reading.conversation(arguments)
        message = self._own(conversation, arguments, "cant_delete_message")
        if message.stream is not None and message.stream.open_at(time.monotonic()):
            raise SlackRefusal("cant_delete_message")
        self._desk.delete(conversation, message)
        return {"channel": conversation.id, "ts": message.ts}

    def open(self, arguments: Arguments) -> Answer:
        user = str(arguments.get("users", ""))
        if user not in self._workspace.people:
            raise SlackRefusal("user_not_found")
        known = set(self._workspace.conversations)
        conversation = self._workspace.direct(user)
        if conversation.id not in known:
            self._screen.opened(conversation)
        return {"channel": {"id": conversation.id}}

    def set_status(self, arguments: Arguments) -> Answer:
        channel = self._reading.conversation({"channel": arguments.get("channel_id")}, member=True)
        root = str(arguments.get("thread_ts") or "")
        if root not in channel.messages:
            raise SlackRefusal("thread_not_found")
        self._screen.activity(f"{channel.id}:{root}", str(arguments.get("status", "")))
        return {}

    def _own(self, conversation: Conversation, arguments: Arguments, refusal: str) -> Posted:
        message = conversation.messages.get(str(arguments.get("ts", "")))
        if message is None or message.deleted or message.tombstone:
            raise SlackRefusal("message_not_found")
        if message.user != self._workspace.bot.id:
            raise SlackRefusal(refusal)
        return message


def _content(arguments: Arguments) -> tuple[str, list[dict[str, Any]]]:
    """Text and blocks of a message, held against Slack's limits."""
    text = str(arguments.get("text") or "")
    blocks = _decoded(arguments.get("blocks"), "invalid_blocks_format") or []
    markdown = arguments.get("markdown_text")
    if markdown is not None:
        if text or blocks:
            raise SlackRefusal("markdown_text_conflict")
        blocks, text = [{"type": "markdown", "text": str(markdown)}], escape(str(markdown))
    if not text and not blocks:
        raise SlackRefusal("no_text")
    check(blocks)
    return text, blocks


def metadata_of(arguments: Arguments) -> dict[str, Any] | None:
    """The metadata of a message, held against Slack's schema."""
    metadata = _decoded(arguments.get("metadata"), "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not {"event_type", "event_payload"} <= metadata.keys():
        raise SlackRefusal("invalid_metadata_schema")
    return metadata


def _decoded(value: Any, refusal: str) -> Any:
    """SDKs send nested values as JSON, or as a string that holds JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackRefusal(refusal) from None
