"""discord.py's gateway connection, kept alive.

What discord.py 2.7 does by itself ends the client when the first connect fails or an event is malformed, reconnects
without a pause, and never notices that heartbeats are not answered while events still come. So the connect loop and
the table of event handlers are ours; HELLO, IDENTIFY, RESUME, heartbeats and framing are discord.py's. The private
names used here are `Route.BASE`, `DiscordWebSocket`, `ReconnectWebSocket`, `Client._connection.parsers` and the
keep-alive's `interval` and `_last_ack`; each has a test of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.http import Route

from bridge import ConfigError
from bridge_discord.config import API_URL
from bridge_discord.pace import Pace, Timing

log = structlog.get_logger(__name__)

OnEvent = Callable[[str, Mapping[str, Any]], None]

HANDLED = (
    "READY",
    "RESUMED",
    "GUILD_CREATE",
    "GUILD_UPDATE",
    "GUILD_ROLE_CREATE",
    "GUILD_ROLE_UPDATE",
    "CHANNEL_CREATE",
    "CHANNEL_UPDATE",
    "CHANNEL_DELETE",
    "THREAD_CREATE",
    "THREAD_UPDATE",
    "THREAD_DELETE",
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_DELETE",
    "MESSAGE_DELETE_BULK",
)
"""The events that are looked at; all others pass."""

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here, so nothing is missing

_running: dict[str, int] = {}
"""How many connections of this process use which API address."""


def intents(*, content: bool) -> discord.Intents:
    """What the bot asks for: servers, messages, DMs, and with `content` the text of messages."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=content)


class Connection(discord.Client):
    """One client, from `start` until it cannot go on. `on_event` is called in order and must not block."""

    def __init__(
        self, *, api_url: str, gateway_url: str, content: bool, pace: Pace, timing: Timing, on_event: OnEvent
    ) -> None:
        super().__init__(
            intents=intents(content=content),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            heartbeat_timeout=timing.silence,
            max_ratelimit_timeout=30.0,
        )
        self._api_url = api_url
        self._gateway = yarl.URL(gateway_url)
        self._pace = pace
        self._timing = timing
        self._on_event = on_event
        self._connection.parsers = {name: self._guarded(name) for name in HANDLED}

    def _guarded(self, name: str) -> Callable[[Any], None]:
        def handle(data: Any) -> None:
            try:
                self._on_event(name, data)
            except Exception:  # whatever it is: the event is skipped, and the connection lives on
                log.exception("a malformed event is skipped", event_type=name)

        return handle

    async def start(self, token: str, *, reconnect: bool = True) -> None:
        """Log in and stay connected. Raises what ends the client; use the object once."""
        point_at(self._api_url)
        try:
            await super().start(token, reconnect=reconnect)
        finally:
            release(self._api_url)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Nothing to wait for: `connect` has waited before it opened the socket."""

    async def connect(self, *, reconnect: bool = True) -> None:
        """Connect, and connect again whenever the session can go on or be started anew. The first attempt is paced by
        whoever made this client.

        Raises discord.ConnectionClosed for a close code that no retry can mend.
        """
        resume: dict[str, Any] = {}
        while not self.is_closed():
            if not resume:
                await self._pace.identify()
            try:
                async with asyncio.timeout(self._timing.connect_timeout):
                    self.ws = await self._opened(resume)
                while True:
                    await self.ws.poll_event()
                    self._check_heartbeat()
            except ReconnectWebSocket as asked:
                resume = self._resume_point() if asked.resume else {}
            except (OSError, aiohttp.ClientError, TimeoutError) as error:
                log.warning("the Discord gateway connection broke", reason=f"{type(error).__name__}: {error}")
                await self._drop()
                resume = self._resume_point()
            self._on_event("DISCONNECTED", {})
            await self._pace.connect()

    async def _opened(self, resume: Mapping[str, Any]) -> DiscordWebSocket:
        if resume:
            return await DiscordWebSocket.from_client(self, resume=True, compress=False, **resume)
        return await DiscordWebSocket.from_client(self, initial=True, compress=False, gateway=self._gateway)

    def _resume_point(self) -> dict[str, Any]:
        """What a RESUME needs; empty when there is no session to resume."""
        ws: DiscordWebSocket | None = self.ws
        if ws is None or ws.session_id is None or ws.sequence is None:
            return {}
        return {"session": ws.session_id, "sequence": ws.sequence, "gateway": ws.gateway}

    def _check_heartbeat(self) -> None:
        """Notice that events come but heartbeats are not answered; discord.py looks at events only."""
        beat = self.ws._keep_alive
        if beat is None or beat.interval is None:
            return
        if time.perf_counter() - beat._last_ack > 2 * beat.interval + self._timing.ack_grace:
            raise ConnectionResetError("heartbeats are not answered")

    async def _drop(self) -> None:
        """Give the socket up so that the session can be resumed: any code but 1000 and 1001 leaves it alive."""
        ws: DiscordWebSocket | None = self.ws
        if ws is not None:
            await ws.close(code=4000)


def point_at(api_url: str) -> None:
    """Make discord.py use this API. It holds the address in a class, so there is one for the whole process.

    Raises ConfigError while a connection to another address runs.
    """
    other = next((url for url, count in _running.items() if count and url != api_url), None)
    if other is not None:
        raise ConfigError(f"all Discord platforms of a process share one api_url, and {other!r} is in use already")
    _running[api_url] = _running.get(api_url, 0) + 1
    Route.BASE = api_url


def release(api_url: str) -> None:
    """A connection that called `point_at` has ended."""
    _running[api_url] -= 1
    if not any(_running.values()):
        Route.BASE = API_URL
