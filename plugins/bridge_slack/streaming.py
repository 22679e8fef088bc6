"""Messages that grow by appending. Slack: chat.startStream, chat.appendStream, chat.stopStream.

Each call says what stands there already and what shall, and only what is new is sent. The text that was sent for a
beginning never changes when more comes, and no piece begins with white space, which Slack may drop.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import structlog

from bridge import Gone, MessageId, MessageRef, NotEditable, Operation, Part, ThreadRef, UserId
from bridge_slack import ids, limits, markers, render
from bridge_slack.api import Api
from bridge_slack.errors import StreamEnded, StreamOpen

log = structlog.get_logger(__name__)

SIZE = 9_000
"""UTF-8 bytes. Slack does not document how much one stream takes; others measured about 10,600."""
SECONDS = 240.0
"""Slack ends a stream by itself after about five minutes, which it does not document."""
GAP = 0.15
"""Seconds; what comes more often is not read as growing more smoothly."""
_MOST_TEAMS = 20_000


class Streaming:
    """Starts, feeds and stops the streams of one app."""

    def __init__(self, api: Api, *, wanted: bool) -> None:
        self._api = api
        self._wanted = wanted
        self._teams: OrderedDict[str, str] = OrderedDict()

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

    async def start(self, thread: ThreadRef, text: str, asker: UserId) -> MessageRef:
        """Begin a message. The recipients are required in channels; Slack: chat.startStream."""
        first = render.settled(text)
        answer = await self._api.write(
            "chat.startStream",
            limits.budget_keys(Operation.STREAM_START, thread)[0],
            channel=thread.channel,
            thread_ts=ids.root(thread),
            recipient_user_id=asker,
            recipient_team_id=self._teams.get(asker, thread.workspace),
            **({"markdown_text": first} if first else {}),
        )
        return MessageRef(thread, MessageId(str(answer["ts"])))

    async def append(self, ref: MessageRef, before: str, text: str) -> None:
        """Send what `text` has besides `before`, as far as no later text can change it."""
        if new := render.settled(text)[len(render.settled(before)) :]:
            key = limits.budget_keys(Operation.STREAM_APPEND, ref.thread)[0]
            await self._api.write("chat.appendStream", key, channel=ref.thread.channel, ts=ref.id, markdown_text=new)

    async def stop(self, ref: MessageRef, before: str, text: str, marker: str) -> None:
        """Send the rest and end the message, which carries its marker from now on."""
        rest = render.harmless(text)[len(render.settled(before)) :]
        await self._api.write(
            "chat.stopStream",
            limits.budget_keys(Operation.STREAM_STOP, ref.thread)[0],
            channel=ref.thread.channel,
            ts=ref.id,
            metadata=markers.metadata(marker),
            **({"markdown_text": rest} if rest else {}),
        )

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """Replace the text of a message, which is stopped first when it still grows."""
        key = limits.budget_keys(Operation.EDIT, ref.thread)[0]
        arguments = {"channel": ref.thread.channel, "ts": ref.id, **render.body(part)}
        try:
            await self._api.write("chat.update", key, **arguments)
        except StreamOpen:
            await self._end(ref)
            await self._api.admit([key])
            await self._api.write("chat.update", key, **arguments)

    async def delete(self, ref: MessageRef) -> None:
        """Delete a message, which is stopped first when it still grows."""
        key = limits.budget_keys(Operation.DELETE, ref.thread)[0]
        try:
            await self._api.write("chat.delete", key, channel=ref.thread.channel, ts=ref.id)
        except NotEditable:
            await self._end(ref)
            await self._api.admit([key])
            await self._api.write("chat.delete", key, channel=ref.thread.channel, ts=ref.id)
        except Gone:
            log.debug("slack.deleted_already", message=ref.id)

    async def _end(self, ref: MessageRef) -> None:
        key = limits.budget_keys(Operation.STREAM_STOP, ref.thread)[0]
        await self._api.admit([key])
        try:
            await self._api.write(
                "chat.stopStream",
                key,
                channel=ref.thread.channel,
                ts=ref.id,
            )
        except StreamEnded:
            log.debug("slack.stream_ended_already", message=ref.id)
