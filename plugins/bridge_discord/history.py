"""What people wrote while nobody listened (Discord: Get Channel Messages; Get Guild Channels)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from bridge import (
    BudgetKey,
    Channel,
    ChannelId,
    Message,
    Named,
    Operation,
    Rejected,
    Surface,
    ThreadId,
    ThreadRef,
    WorkspaceId,
)
from bridge_discord.ids import snowflake_at
from bridge_discord.inbound import Reader
from bridge_discord.limits import room
from bridge_discord.places import OPENS_THREADS, POSTS, Place, Places
from bridge_discord.rest import Rest

log = structlog.get_logger(__name__)

PAGE = 100
"""The most messages that one call gives."""
GUILDS = 200
"""The most servers that one call gives (Discord: Get Current User Guilds)."""


class History:
    """Reads for one bot. `reader` makes messages of what was read."""

    def __init__(self, rest: Rest, places: Places, reader: Callable[[], Reader]) -> None:
        self._rest = rest
        self._places = places
        self._reader = reader

    async def channels(self, page: str | None) -> tuple[Sequence[Channel], str | None]:
        """The text channels of one server after another, and the posts of its forums that are not archived.

        Discord does not list a bot's direct conversations: those in which nobody wrote before are found when somebody
        writes again.
        """
        after, _, rest = (page or "0:").partition(":")
        waiting = rest.split(",") if rest else []
        if not waiting:
            guilds = await self._rest.call("GET", "/users/@me/guilds", query={"after": after, "limit": str(GUILDS)})
            waiting = [guild["id"] for guild in guilds if int(guild["id"]) > int(after)]
        if not waiting:
            return (), None
        first, *later = waiting
        try:
            found = await self._of_guild(first)
        except Rejected as error:  # its other servers are listed all the same
            log.warning("backfill.server_not_listed", server=first, reason=str(error))
            found = ()
        return found, f"{first}:{','.join(later)}"

    async def messages(
        self, place: ThreadRef, since: datetime, page: str | None
    ) -> tuple[Sequence[Message], str | None]:
        """A page of what was written in a room, the oldest first."""
        channel = room(place)
        data: list[Mapping[str, Any]] = await self._rest.call(
            "GET",
            f"/channels/{channel}/messages",
            query={"after": page or snowflake_at(since), "limit": str(PAGE)},
            key=BudgetKey(Operation.HISTORY.value, channel),
        )
        data = sorted(data, key=lambda one: int(one["id"]))
        where, reader = await self._places.find(channel), self._reader()
        found = [message for one in data if (message := _understood(reader, one, where)) is not None]
        return found, data[-1]["id"] if len(data) == PAGE else None

    async def _of_guild(self, guild_id: str) -> Sequence[Channel]:
        guild = self._places.learn_guild(await self._rest.call("GET", f"/guilds/{guild_id}"))
        channels = {one["id"]: one for one in await self._rest.call("GET", f"/guilds/{guild_id}/channels")}
        active = await self._rest.call("GET", f"/guilds/{guild_id}/threads/active")
        workspace = Named(guild.id, guild.name)
        found = [
            _channel(self._reader().instance, workspace, one["id"], one)
            for one in channels.values()
            if one["type"] in OPENS_THREADS
        ]
        for post in active["threads"]:
            parent = channels.get(post.get("parent_id"))
            if parent is not None and parent["type"] in POSTS:
                found.append(_channel(self._reader().instance, workspace, post["id"], parent))
        return found


def _understood(reader: Reader, data: Mapping[str, Any], place: Place) -> Message | None:
    """None for what no person wrote, and for what is not as Discord documents it: the rest is read all the same."""
    try:
        return reader.message(data, place)
    except (KeyError, TypeError, ValueError):
        log.exception("a message is skipped: it could not be read", message=data["id"])
        return None


def _channel(instance: Any, workspace: Named, room_id: str, named: Mapping[str, Any]) -> Channel:
    """A room whose messages are read as at the top level; routes know it by the channel that it belongs to."""
    place = ThreadRef(instance, WorkspaceId(workspace.id), ChannelId(room_id), ThreadId(room_id), Surface.CHANNEL)
    return Channel(place, workspace, Named(named["id"], named["name"]))
