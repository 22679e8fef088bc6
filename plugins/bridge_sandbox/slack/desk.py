"""What happens in the workspace, whoever does it: the message changes, people see it, the bot is told."""

from __future__ import annotations

from typing import Any

from bridge_sandbox.slack import events
from bridge_sandbox.slack.screen import Screen
from bridge_sandbox.slack.sockets import Sockets
from bridge_sandbox.slack.text import pings
from bridge_sandbox.slack.workspace import Conversation, Posted, Workspace
from bridge_sandbox.view import ChangeKind


class Desk:
    """Posts, edits and deletes, for people and for the bot alike."""

    def __init__(self, workspace: Workspace, screen: Screen, sockets: Sockets, *, twins: bool) -> None:
        self._workspace = workspace
        self._screen = screen
        self._sockets = sockets
        self._twins = twins
        self.pinged: list[str] = []
        """Whom the bot's messages notified: user ids, `here`, `channel`, `everyone`."""

    def post(self, conversation: Conversation, message: Posted) -> None:
        """A new message."""
        conversation.messages[message.ts] = message
        if message.thread_ts is not None:
            conversation.messages[message.thread_ts].replies += 1
        self._count_pings(message)
        self._screen.changed(ChangeKind.POSTED, conversation, message)
        self.announce(conversation, message)

    def announce(self, conversation: Conversation, message: Posted) -> None:
        """Tell the bot of a message, perhaps once more."""
        self._tell(conversation, *events.posted(self._workspace, conversation, message))

    def edit(
        self, conversation: Conversation, message: Posted, raw: str, blocks: list[dict[str, Any]] | None = None
    ) -> None:
        """A message with a new text."""
        before = events.message_fields(self._workspace, conversation, message)
        message.raw, message.blocks = raw, blocks or []
        message.edited_ts = self._workspace.new_ts()
        message.edits += 1
        self._count_pings(message)
        self._screen.changed(ChangeKind.EDITED, conversation, message)
        self._tell(conversation, events.changed(self._workspace, conversation, before, message))

    def grow(self, conversation: Conversation, message: Posted, raw: str, blocks: list[dict[str, Any]]) -> None:
        """A message with more text; that is no edit, and nobody is told."""
        message.raw, message.blocks = raw, blocks
        self._count_pings(message)
        self._screen.changed(ChangeKind.EDITED, conversation, message)

    def delete(self, conversation: Conversation, message: Posted) -> None:
        """A message that is gone; a root with replies leaves a tombstone, which is told as a change."""
        if any(message.ts == reply.thread_ts for reply in conversation.thread(message.ts)):
            before = events.message_fields(self._workspace, conversation, message)
            message.tombstone, message.raw, message.blocks, message.files = True, events.TOMBSTONE, [], []
            event = events.changed(self._workspace, conversation, before, message)
        else:
            event = events.deleted(self._workspace, conversation, message)
            message.deleted = True
        self._screen.changed(ChangeKind.DELETED, conversation, message)
        self._tell(conversation, event)

    def _count_pings(self, message: Posted) -> None:
        if message.user == self._workspace.bot.id:
            self.pinged += pings(message)

    def _tell(self, conversation: Conversation, *happened: events.Event) -> None:
        if self._workspace.bot.id in conversation.members:
            wanted = (event for event in happened if self._twins or event["type"] != "app_mention")
            self._sockets.deliver(events.callback(self._workspace, event) for event in wanted)
