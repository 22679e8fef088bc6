"""The workspace as the people in it see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bridge_sandbox.slack.text import on_screen
from bridge_sandbox.slack.workspace import Conversation, Posted, Workspace
from bridge_sandbox.view import Change, ChangeKind, Room, RoomKind, Shown


class Screen:
    """Rooms and messages as shown, and who watches them. A thread's room is "CHANNEL:THREAD_TS"."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._watchers: list[Callable[[Change], None]] = []

    def watch(self, watcher: Callable[[Change], None]) -> Callable[[], None]:
        """Call `watcher` for each change, until the returned function is called."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def rooms(self) -> Sequence[Room]:
        """Conversations, each followed by its threads."""
        found: list[Room] = []
        for conversation in self._workspace.conversations.values():
            found.append(_room(conversation))
            roots = dict.fromkeys(m.thread_ts for m in conversation.messages.values() if m.thread_ts and not m.deleted)
            found += [self._thread(conversation, root) for root in roots]
        return found

    def find(self, room_id: str) -> tuple[Conversation, str | None]:
        """The conversation, and the root where the room is a thread. Raises KeyError naming the room."""
        channel, _, root = room_id.partition(":")
        conversation = self._workspace.conversations.get(channel)
        if conversation is None or (root and root not in conversation.messages):
            raise KeyError(f"no room {room_id!r} in the fake Slack; rooms() lists those there are")
        return conversation, root or None

    def shown(self, room_id: str) -> Sequence[Shown]:
        """The messages of one room, oldest first; a channel shows the roots of its threads and broadcast replies."""
        conversation, root = self.find(room_id)
        if root is not None:
            return [self.show(conversation, m, room_id) for m in conversation.thread(root)]
        top = (m for m in conversation.messages.values() if not m.deleted and (m.thread_ts is None or m.broadcast))
        return [self.show(conversation, m, room_id) for m in top]

    def show(self, conversation: Conversation, message: Posted, room_id: str | None = None) -> Shown:
        """One message as it is on screen, in its own room unless another is named."""
        author = self._workspace.people[message.user]
        return Shown(
            id=message.ts,
            room=room_id or _room_of(conversation, message),
            author=author.name,
            bot=author.bot,
            text=on_screen(message, self._workspace),
            at=datetime.fromtimestamp(float(message.ts), UTC),
            edits=message.edits,
            deleted=message.deleted or message.tombstone,
            attachments=[str(file["name"]) for file in message.files],
        )

    def changed(self, kind: ChangeKind, conversation: Conversation, message: Posted) -> None:
        """Tell the watchers of a message; of its thread first, when the message opens it."""
        room = _room_of(conversation, message)
        if kind is ChangeKind.POSTED and message.thread_ts and len(list(conversation.thread(message.thread_ts))) == 2:
            self._tell(Change(ChangeKind.ROOM, room, room=self._thread(conversation, message.thread_ts)))
        self._tell(Change(kind, room, self.show(conversation, message)))

    def opened(self, conversation: Conversation) -> None:
        """Tell the watchers of a new conversation."""
        self._tell(Change(ChangeKind.ROOM, conversation.id, room=_room(conversation)))

    def activity(self, room_id: str, status: str) -> None:
        """Tell the watchers what the bot is doing; empty when it is done."""
        self._tell(Change(ChangeKind.ACTIVITY, room_id, text=status))

    def _thread(self, conversation: Conversation, root: str) -> Room:
        text = on_screen(conversation.messages[root], self._workspace)
        name = text.partition("\n")[0][:80]
        return Room(f"{conversation.id}:{root}", name, RoomKind.THREAD, conversation.id)

    def _tell(self, change: Change) -> None:
        for watcher in list(self._watchers):
            watcher(change)


def _room(conversation: Conversation) -> Room:
    kind = RoomKind.DIRECT if conversation.direct_with else RoomKind.CHANNEL
    return Room(conversation.id, conversation.name, kind)


def _room_of(conversation: Conversation, message: Posted) -> str:
    return f"{conversation.id}:{message.thread_ts}" if message.thread_ts else conversation.id
