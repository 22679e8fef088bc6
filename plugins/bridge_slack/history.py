"""What people wrote while nobody listened. Slack: conversations.history, conversations.replies, users.conversations.

Slack itself brings an event again for about six minutes. Apps that are distributed commercially outside the
Marketplace may read one page a minute only (Slack: rate limit changes of May 2025): there the rest comes slowly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from bridge import (
    Channel,
    ChannelId,
    InstanceName,
    Message,
    Named,
    Operation,
    Surface,
    ThreadId,
    ThreadRef,
    WorkspaceId,
)
from bridge_slack import ids, inbound
from bridge_slack.api import Api
from bridge_slack.directory import Directory
from bridge_slack.inbound import Identity
from bridge_slack.limits import budget_keys

log = structlog.get_logger(__name__)

PAGE = "200"
TYPES = "public_channel,private_channel,mpim,im"


class History:
    """Reads for one app, as who it is."""

    def __init__(self, api: Api, me: Identity, directory: Directory, instance: InstanceName, *, agent: bool) -> None:
        self._api = api
        self._me = me
        self._directory = directory
        self._instance = instance
        self._agent = agent

    async def channels(self, page: str | None) -> tuple[Sequence[Channel], str | None]:
        """A page of the conversations that the bot is a member of."""
        answer = await self._api.read(
            "users.conversations",
            budget_keys(Operation.CHANNELS, self._place("", Surface.CHANNEL))[0],
            types=TYPES,
            exclude_archived="true",
            limit=PAGE,
            **({"cursor": page} if page else {}),
        )
        workspace = Named(self._me.workspace, self._me.workspace_name)
        found = []
        for one in answer["channels"]:
            surface = Surface.DIRECT if ids.is_direct(one["id"]) else Surface.CHANNEL
            found.append(Channel(self._place(one["id"], surface), workspace, Named(one["id"], one.get("name"))))
        return found, _next(answer)

    async def messages(
        self, place: ThreadRef, since: datetime, page: str | None
    ) -> tuple[Sequence[Message], str | None]:
        """A page of what was written in a thread, or at the top level of a conversation."""
        root = ids.root(place)
        answer = await self._api.read(
            "conversations.replies" if root else "conversations.history",
            budget_keys(Operation.HISTORY, place)[0],
            channel=place.channel,
            oldest=f"{since.timestamp():.6f}",
            limit=PAGE,
            **({"ts": root} if root else {}),
            **({"cursor": page} if page else {}),
        )
        # Slack gives a thread's root with every page, however old it is.
        newer = [fields for fields in answer["messages"] if float(fields["ts"]) > since.timestamp()]
        found = [await self._message(place.channel, fields) for fields in newer]
        return [message for message in found if message is not None], _next(answer)

    async def _message(self, channel: str, fields: Mapping[str, Any]) -> Message | None:
        """None for what no person wrote, and for what is not as Slack documents it: the rest is read all the same."""
        try:
            return await self._understood(channel, fields)
        except (KeyError, TypeError, ValueError) as error:
            log.warning("slack.message_not_understood", channel=channel, id=fields["ts"], error=repr(error))
            return None

    async def _understood(self, channel: str, fields: Mapping[str, Any]) -> Message | None:
        callback = {
            "event_id": f"history:{channel}:{fields['ts']}",
            "team_id": self._me.workspace,
            "event": {**fields, "type": "message", "channel": channel},
        }
        subject = inbound.read(callback, self._me)
        if subject is None:
            return None
        names = await self._directory.names(channel, subject.users - {self._me.bot_user})
        event = inbound.build(subject, self._me, names, self._instance, agent=self._agent)
        return event if isinstance(event, Message) else None

    def _place(self, channel: str, surface: Surface) -> ThreadRef:
        return ThreadRef(
            self._instance, WorkspaceId(self._me.workspace), ChannelId(channel), ThreadId(channel), surface
        )


def _next(answer: Mapping[str, Any]) -> str | None:
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "") or None
