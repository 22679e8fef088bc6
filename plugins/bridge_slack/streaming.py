"""Messages that grow by appending. Slack: chat.startStream, chat.appendStream, chat.stopStream.

Each call says what stands there already and what shall, and only what is new is sent. The text that was sent for a
beginning never changes when more comes, and no piece begins with white space, which Slack may drop.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bridge import MessageId, MessageRef, Operation, StreamStopped, Task, TaskStatus, ThreadRef, UserId
from bridge_slack import ids, limits, markers
from bridge_slack.api import Api
from bridge_slack.errors import StreamEnded
from bridge_slack.mentions import harmless, settled

log = structlog.get_logger(__name__)

SIZE = 9_000
"""UTF-8 bytes. Slack does not document how much one stream takes; others measured about 10,600."""
GAP = 0.15
"""Seconds; what comes more often is not read as growing more smoothly."""
LONGEST = 256
"""Characters of a field of a task. Slack: chat.appendStream, task_update."""
_MOST_TEAMS = 20_000


class Streaming:
    """Starts, feeds and stops the streams of one app."""

    def __init__(self, api: Api, *, wanted: bool) -> None:
        self._api = api
        self._wanted = wanted
        self._teams: OrderedDict[str, str] = OrderedDict()
        self._whole: set[str] = set()
        """The messages that still grow, but show all that they were given."""

    def saw(self, fields: Mapping[str, Any]) -> None:
        """Take note of the workspace of who wrote a message: in a shared channel it may be another than the app's."""
        user, team = fields.get("user"), fields.get("user_team") or fields.get("team")
        if user and team:
            self._teams[str(user)] = str(team)
            self._teams.move_to_end(str(user))
            if len(self._teams) > _MOST_TEAMS:
                self._teams.popitem(last=False)

    def refusal(self, thread: ThreadRef) -> str:
        """Why nothing is streamed in a thread; empty where it is."""
        if not self._wanted:
            return "native_streams is false"
        return "" if ids.root(thread) is not None else "Slack streams in threads only"

    async def start(
        self, thread: ThreadRef, text: str, asker: UserId, tasks: Sequence[Task], *, last: bool
    ) -> MessageRef:
        """Begin a message. The recipients are required in channels; Slack: chat.startStream."""
        answer = await self._api.write(
            "chat.startStream",
            limits.budget_keys(Operation.STREAM_START, thread)[0],
            channel=thread.channel,
            thread_ts=ids.root(thread),
            recipient_user_id=asker,
            recipient_team_id=self._teams.get(asker, thread.workspace),
            **_content(_sent(text, last=last), tasks),
        )
        ref = MessageRef(thread, MessageId(str(answer["ts"])))
        self._note(ref, last=last)
        return ref

    async def append(self, ref: MessageRef, before: str, text: str, tasks: Sequence[Task], *, last: bool) -> None:
        """Send what `text` has besides `before`, as far as no later text can change it."""
        if content := _content(_sent(text, last=last)[len(self._shown(ref, before)) :], tasks):
            key = limits.budget_keys(Operation.STREAM_APPEND, ref.thread)[0]
            await self._api.write("chat.appendStream", key, channel=ref.thread.channel, ts=ref.id, **content)
        self._note(ref, last=last)

    async def stop(self, ref: MessageRef, before: str, text: str, marker: str) -> None:
        """Send the rest and end the message, which carries its marker from now on."""
        rest = harmless(text)[len(self._shown(ref, before)) :]
        await self._api.write(
            "chat.stopStream",
            limits.budget_keys(Operation.STREAM_STOP, ref.thread)[0],
            channel=ref.thread.channel,
            ts=ref.id,
            metadata=markers.metadata(marker),
            **({"markdown_text": rest} if rest else {}),
        )
        self._whole.discard(ref.id)

    def _note(self, ref: MessageRef, *, last: bool) -> None:
        if last:
            self._whole.add(ref.id)

    def _shown(self, ref: MessageRef, before: str) -> str:
        """What a message shows by now of the text that it was given."""
        return _sent(before, last=ref.id in self._whole)

    async def end(self, ref: MessageRef) -> None:
        """End a message where it is; ended already is success."""
        self._whole.discard(ref.id)
        key = limits.budget_keys(Operation.STREAM_STOP, ref.thread)[0]
        await self._api.admit([key])
        try:
            await self._api.write(
                "chat.stopStream",
                key,
                channel=ref.thread.channel,
                ts=ref.id,
            )
        except (StreamEnded, StreamStopped):
            log.debug("slack.stream_ended_already", message=ref.id)


def _sent(text: str, *, last: bool) -> str:
    """As much of a text as is sent; all of it when no other comes."""
    return harmless(text) if last else settled(text)


def _content(text: str, tasks: Sequence[Task]) -> dict[str, Any]:
    """What a stream is given to grow by; nothing when there is nothing new. Slack: chat.appendStream, chunks."""
    if not tasks:
        return {"markdown_text": text} if text else {}
    chunks: list[dict[str, Any]] = [
        {"type": "task_update", "id": task.id[:LONGEST], "title": task.title[:LONGEST], "status": _STATUS[task.status]}
        for task in tasks
    ]
    return {"chunks": chunks + ([{"type": "markdown_text", "text": text}] if text else [])}


_STATUS = {TaskStatus.RUNNING: "in_progress", TaskStatus.DONE: "complete", TaskStatus.FAILED: "error"}
