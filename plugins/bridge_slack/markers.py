"""Markers: what tells a post of ours apart, kept in the message's metadata. Slack: Message metadata."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from bridge import MessageId, MessageRef, Operation, Surface, ThreadRef, Unprovable
from bridge_slack import ids
from bridge_slack.api import Api
from bridge_slack.limits import budget_keys

_EVENT_TYPE = "bridge_part"
SKEW = timedelta(minutes=2)
"""How far Slack's clock and this machine's may be apart."""
MOST_PAGES = 10
"""Pages of 200 messages that are looked through."""


def metadata(marker: str) -> dict[str, Any]:
    """The metadata of a post."""
    return {"event_type": _EVENT_TYPE, "event_payload": {"marker": marker}}


def file_name(marker: str) -> str:
    """What a file is called that is posted with a marker."""
    return f"answer-{marker}.md"


async def find(api: Api, thread: ThreadRef, marker: str, since: datetime | None = None) -> MessageRef | None:
    """The post with `marker`; None when there is none. Raises Unprovable when the thread is too long to be sure."""
    wanted = metadata(marker)
    async for message in _messages(api, thread, since):
        posted = message.get("metadata") or {}
        files = [file.get("name") for file in message.get("files") or ()]
        marked = {key: posted.get(key) for key in wanted} == wanted or file_name(marker) in files
        if message.get("bot_id") and marked:
            return MessageRef(thread, MessageId(str(message["ts"])))
    return None


async def unmarked(api: Api, thread: ThreadRef, after: MessageId) -> list[MessageRef]:
    """The bot's own messages after one that carry no marker: streams that were started and never stopped."""
    me = str((await api.read("auth.test"))["user_id"])
    return [
        MessageRef(thread, MessageId(str(message["ts"])))
        async for message in _messages(api, thread, None, after)
        if message.get("user") == me and not message.get("metadata") and float(message["ts"]) > float(after)
    ]


async def _messages(
    api: Api, thread: ThreadRef, since: datetime | None, after: MessageId | None = None
) -> AsyncIterator[Mapping[str, Any]]:
    """A thread's messages, or those of the top level, no further back than `since` or the question itself."""
    root = ids.root(thread)
    arguments = {"channel": thread.channel, "include_all_metadata": "true", "limit": "200"}
    if root is not None:
        arguments["ts"] = root
    elif thread.surface is Surface.CHANNEL:
        arguments["oldest"] = thread.id
    if after is not None:
        arguments["oldest"] = after
    elif since is not None and "oldest" not in arguments:
        arguments["oldest"] = f"{(since - SKEW).timestamp():.6f}"
    method = "conversations.replies" if root is not None else "conversations.history"
    key = budget_keys(Operation.HISTORY, thread)[0]
    for _ in range(MOST_PAGES):
        page = await api.read(method, key, **arguments)
        for message in page["messages"]:
            yield message
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
        arguments["cursor"] = cursor
        await api.admit([key])
    raise Unprovable(f"too many messages in {thread.channel} to find one of ours among them")
