"""Messages that are posted, edited and deleted as a whole. Slack: chat.postMessage, chat.update, chat.delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bridge import Gone, MessageId, MessageRef, NotEditable, Operation, Part, ThreadRef
from bridge_slack import ids, limits, markers, render
from bridge_slack.api import Api
from bridge_slack.errors import BlocksRefused, StreamOpen
from bridge_slack.streaming import Streaming

log = structlog.get_logger(__name__)


class Messages:
    """Writes the messages of one app. One that still grows is ended first, by `streaming`."""

    def __init__(self, api: Api, streaming: Streaming) -> None:
        self._api = api
        self._streaming = streaming

    async def post(self, thread: ThreadRef, part: Part, marker: str) -> MessageRef:
        """Post a message that `marker` finds again. Raises PlatformError."""
        root = ids.root(thread)
        arguments: dict[str, Any] = {"thread_ts": root} if root else {}
        arguments |= {"metadata": markers.metadata(marker), "unfurl_links": False, "unfurl_media": False}
        answer = await self._show("chat.postMessage", Operation.POST, thread, part, arguments)
        return MessageRef(thread, MessageId(str(answer["ts"])))

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """Replace the text of a message. Raises PlatformError."""
        try:
            await self._show("chat.update", Operation.EDIT, ref.thread, part, {"ts": ref.id})
        except StreamOpen:
            await self._streaming.end(ref)
            await self._api.admit(limits.budget_keys(Operation.EDIT, ref.thread))
            await self._show("chat.update", Operation.EDIT, ref.thread, part, {"ts": ref.id})

    async def delete(self, ref: MessageRef) -> None:
        """Delete a message; deleted already is success. Raises PlatformError."""
        key = limits.budget_keys(Operation.DELETE, ref.thread)[0]
        try:
            await self._api.write("chat.delete", key, channel=ref.thread.channel, ts=ref.id)
        except NotEditable:
            await self._streaming.end(ref)
            await self._api.admit([key])
            await self._api.write("chat.delete", key, channel=ref.thread.channel, ts=ref.id)
        except Gone:
            log.debug("slack.deleted_already", message=ref.id)

    async def _show(
        self, method: str, operation: Operation, thread: ThreadRef, part: Part, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Write a part; in simple blocks when Slack does not take what it is rendered to."""
        key = limits.budget_keys(operation, thread)[0]
        try:
            return await self._api.write(method, key, channel=thread.channel, **arguments, **render.body(part))
        except BlocksRefused as error:
            log.warning("slack.blocks_refused", reason=str(error), length=len(part.text))
            await self._api.admit([key])
            return await self._api.write(method, key, channel=thread.channel, **arguments, **render.simple(part))
