"""What is known about servers, channels and threads: from the gateway, and asked for where that is silent."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge_discord.rest import Rest

REMEMBERED = 10_000
"""Channels and threads that are kept; the longest unused goes first."""

DM = 1
THREADS = frozenset({10, 11, 12})
POSTS = frozenset({15, 16})
"""Forum and media channels: every thread in them is a post."""
OPENS_THREADS = frozenset({0, 5})
"""Text and announcement channels (Discord: Start Thread from Message)."""


@dataclass(slots=True)
class Guild:
    """A server: its name, the names of its roles, and the role that belongs to the bot alone."""

    id: str
    name: str | None = None
    roles: dict[str, str] = field(default_factory=dict)
    bot_role: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, a thread or a DM."""

    id: str
    type: int
    name: str | None = None
    guild: Guild | None = None
    parent: Place | None = None

    @property
    def is_thread(self) -> bool:
        """True for a thread, also one that is a forum post."""
        return self.type in THREADS


class Places:
    """Remembers places. `me` is the bot's own user id, once it is known."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._guilds: dict[str, Guild] = {}
        self._channels: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self.me = ""

    def learn_guild(self, data: Mapping[str, Any]) -> Guild:
        """Take in a server as the gateway or the API describes it."""
        guild = self._guilds.setdefault(data["id"], Guild(data["id"]))
        guild.name = data.get("name", guild.name)
        for role in data.get("roles", ()):
            self.learn_role(guild.id, role)
        for channel in [*data.get("channels", ()), *data.get("threads", ())]:
            self.learn_channel({**channel, "guild_id": guild.id})
        return guild

    def learn_role(self, guild_id: str, role: Mapping[str, Any]) -> None:
        """Take in a role."""
        guild = self._guilds.setdefault(guild_id, Guild(guild_id))
        guild.roles[role["id"]] = role["name"]
        if role.get("tags", {}).get("bot_id") == self.me:
            guild.bot_role = role["id"]

    def learn_channel(self, data: Mapping[str, Any]) -> None:
        """Take in a channel or thread."""
        kept = {key: data.get(key) for key in ("id", "type", "name", "guild_id", "parent_id")}
        self._channels[data["id"]] = kept
        self._channels.move_to_end(data["id"])
        if len(self._channels) > REMEMBERED:
            self._channels.popitem(last=False)

    def forget(self, channel_id: str) -> None:
        """A channel or thread was deleted."""
        self._channels.pop(channel_id, None)

    def name(self, channel_id: str) -> str | None:
        """The name of a channel that is known."""
        known = self._channels.get(channel_id)
        return known["name"] if known else None

    def knows(self, channel_id: str) -> bool:
        """Whether this channel or thread was seen."""
        return channel_id in self._channels

    async def find(self, channel_id: str) -> Place:
        """Where a message is. Raises PlatformError when it has to be asked for and cannot be had."""
        data = self._channels.get(channel_id)
        if data is not None:
            self._channels.move_to_end(channel_id)
        else:
            data = await self._rest.call("GET", f"/channels/{channel_id}")
            self.learn_channel(data)
        kind, guild_id, parent_id = int(data["type"]), data.get("guild_id"), data.get("parent_id")
        guild = await self._guild(guild_id) if guild_id else None
        parent = await self.find(parent_id) if kind in THREADS and parent_id else None
        return Place(channel_id, kind, data.get("name"), guild, parent)

    async def _guild(self, guild_id: str) -> Guild:
        known = self._guilds.get(guild_id)
        if known is None or known.name is None:
            known = self.learn_guild(await self._rest.call("GET", f"/guilds/{guild_id}"))
        return known
