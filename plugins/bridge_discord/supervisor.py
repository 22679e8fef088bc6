"""Keeps a bot connected: starts clients anew, tells what can be mended from what cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import structlog

from bridge import ConfigError, InstanceFailed, PlatformContext, PlatformError
from bridge_discord.config import DiscordTable
from bridge_discord.intake import Intake
from bridge_discord.pace import Pace, Timing
from bridge_discord.rest import Rest

if TYPE_CHECKING:
    from bridge_discord.gateway import Connection, OnEvent

log = structlog.get_logger(__name__)

INTENT_DISALLOWED = 4014
FATAL = {
    4004: "Discord refuses the token; put the bot's current token where the configuration points",
    4010: "Discord refuses the shard",
    4011: "Discord demands sharding, which is needed from 2,500 servers on",
    4012: "Discord no longer speaks version 10 of its gateway",
    4013: "Discord does not know an intent that was asked for",
    INTENT_DISALLOWED: "Discord refuses an intent that the bot cannot do without",
}
"""Close codes after which no retry can help (Discord: Gateway Close Event Codes)."""

AGAIN = 0.5
"""Seconds after which a client that goes on is cancelled again."""

NO_CONTENT = (
    "the Message Content intent is off: the bot reads only messages that mention it, and DMs; "
    "switch it on in the developer portal, page Bot, and restart"
)


class Supervisor:
    """Runs one client after the other. `reads_all` says whether the present one may read every message.

    `hear` gets the events that are more than news of the connection.
    """

    def __init__(
        self,
        config: DiscordTable,
        context: PlatformContext,
        *,
        rest: Rest,
        intake: Intake,
        hear: OnEvent,
        timing: Timing,
    ) -> None:
        self._config = config
        self._context = context
        self._rest = rest
        self._hear = hear
        self._intake = intake
        self._timing = timing
        self._pace = Pace(context.clock, timing)
        self.reads_all = True

    async def run(self) -> None:
        """Stay connected until cancelled. Raises InstanceFailed when no retry can help."""
        self._context.health("connecting")
        while True:
            reason = await self._one_client()
            self._context.health("connecting", reason)
            log.warning("the Discord client starts anew", instance=self._context.instance, reason=reason)
            if self._intake.overflowed.is_set():
                await self._intake.empty()
                self._intake.reopen()

    async def _one_client(self) -> str:
        """Run a client to its end; the reason when another one may do better."""
        import discord

        await self._pace.connect()
        try:
            async with await self._client() as client:
                return await self._until_something(client)
        except (discord.LoginFailure, discord.ConnectionClosed) as refusal:
            return self._mendable(getattr(refusal, "code", 4004), refusal)
        except (InstanceFailed, ConfigError):
            raise
        except PlatformError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - whatever ends a client of discord.py, a new one may do better
            return f"{type(error).__name__}: {error}"

    def _mendable(self, code: int, refusal: Exception) -> str:
        """The reason, where a new client may do better. Raises InstanceFailed where it cannot."""
        if code == INTENT_DISALLOWED and self.reads_all:
            self.reads_all = False
            return NO_CONTENT
        if code in FATAL:
            raise InstanceFailed(f"{FATAL[code]} (close code {code})") from refusal
        return f"the gateway closed with {code}"

    async def _client(self) -> Connection:
        from bridge_discord.gateway import Connection

        url = self._config.gateway_url
        if url is None:
            told = await self._rest.call("GET", "/gateway/bot")
            url = str(told["url"])
            left = told["session_start_limit"]
            if left["remaining"] <= 0:
                wait = left["reset_after"] / 1000
                self._context.health("connecting", f"Discord starts no more sessions of this bot for {wait:.0f} s")
                await self._context.clock.sleep(wait)
        return Connection(
            api_url=self._config.api_url,
            gateway_url=url,
            content=self.reads_all,
            pace=self._pace,
            timing=self._timing,
            on_event=self._on_event,
        )

    async def _until_something(self, client: Connection) -> str:
        """Run the client until it ends, the token is refused, or too much waits for the core."""
        running = asyncio.create_task(client.start(self._config.token.reveal()), name="discord client")
        refused = asyncio.create_task(self._rest.refused.wait())
        overflowed = asyncio.create_task(self._intake.overflowed.wait())
        tasks = {running, refused, overflowed}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if refused.done():
                raise InstanceFailed(FATAL[4004])
            if running.done():
                running.result()
                return "the client ended"
            return "events waited for the database for too long; what was missed is in the history"
        finally:
            await ended(*tasks)

    def _on_event(self, name: str, data: Mapping[str, Any]) -> None:
        if name == "DISCONNECTED":
            self._context.health("connecting", "the gateway connection was lost")
            return
        self._hear(name, data)
        if name == "READY":  # a new session: what was sent before it never comes
            self._context.missed()
        if name in ("READY", "RESUMED"):
            if self.reads_all:
                self._context.health("connected")
            else:
                self._context.health("degraded", NO_CONTENT)


async def ended(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they have ended. Before Python 3.12 `asyncio.wait_for`, which discord.py uses, forgets that it
    was cancelled when what it waited for has just come."""
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)  # whatever they raised has been seen
