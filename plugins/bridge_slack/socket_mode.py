"""Socket Mode: two connections, each replaced before it ends.

Every attempt has a ticket of its own, since one works once. Slack sends an event to any one of an app's connections,
and asks for each to be replaced every few hours; a new one greets before the old one is let go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import structlog

from bridge import InstanceFailed, PlatformContext, PlatformError, RateLimited, within
from bridge_slack.api import proxy_for
from bridge_slack.backoff import Backoff
from bridge_slack.socket import Handle, Refused, Socket

log = structlog.get_logger(__name__)

SOCKETS = 2
"""Slack allows ten for one app; two survive the loss of one."""
HEARTBEAT_SECONDS = 10.0
"""A ping is sent so often; without an answer within half of it the connection counts as dead."""
HELLO_SECONDS = 15.0
STEADY_SECONDS = 30.0
"""A connection that lived this long was a good one: the next attempt waits little."""
LINGER_SECONDS = 5.0
"""How long an old connection is read after its replacement is there."""
TOO_MANY_SECONDS = 5.0
MOST_AT_ONCE = 100
BROUGHT_AGAIN_SECONDS = 45.0
"""So long may an interruption last without the history being read: the second retry comes after a minute."""
_WHY = {
    "too_many_websockets": "the app has ten connections already; is it running somewhere else?",
}
"""What an operator reads for Slack's reason."""
SWITCHED_OFF = "link_disabled"
"""Slack's reason when Socket Mode is switched off in the app's settings: nothing but a person mends that."""
_CLOSE = aiohttp.ClientWSTimeout(ws_close=2.0)
"""A peer that is gone does not answer a close."""


class SocketMode:
    """Keeps the connections up and hands their envelopes to `handle`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        ticket: Callable[[], Awaitable[str]],
        handle: Handle,
        context: PlatformContext,
        *,
        heartbeat: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._session = session
        self._ticket = ticket
        self._handle = handle
        self._clock = context.clock
        self._health = context.health
        self._missed = context.missed
        self._alone_since: float | None = float("-inf")
        self._heartbeat = heartbeat
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._held: set[asyncio.Task[None]] = set()
        self._sockets: set[Socket] = set()
        self._live = 0

    async def run(self) -> None:
        """Until cancelled; then what is being handled is finished and acknowledged. Raises InstanceFailed."""
        slots = [asyncio.create_task(self._keep(), name=f"slack-slot-{n}") for n in range(SOCKETS)]
        try:
            await asyncio.gather(*slots)
        finally:
            await _end(*slots)
            await _end(*self._held)
            await asyncio.gather(*(self._close(socket) for socket in list(self._sockets)))

    async def _keep(self) -> None:
        """One slot: a connection, then its replacement, and so on."""
        backoff = Backoff()
        replaced = asyncio.Event()
        while True:
            socket = await self._connect(backoff)
            replaced.set()
            replaced = asyncio.Event()
            hold = asyncio.create_task(self._hold(socket, replaced), name="slack-socket")
            self._held.add(hold)
            hold.add_done_callback(self._held.discard)
            since = self._clock.monotonic()
            await socket.leaving.wait()
            _refuse_switched_off(socket.reason)
            if self._clock.monotonic() - since >= STEADY_SECONDS:
                backoff.reset()
            log.info("slack.connection_replaced", reason=socket.reason)
            await self._clock.sleep(max(backoff.wait(), _pause(socket.reason)))

    async def _hold(self, socket: Socket, replaced: asyncio.Event) -> None:
        """Read one connection until it ends, or for a while after its replacement is there."""
        self._live += 1
        self._catch_up()
        self._health("connected")
        reading = asyncio.create_task(socket.read(), name="slack-read")
        successor = asyncio.create_task(replaced.wait())
        try:
            await asyncio.wait({reading, successor}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({reading}, timeout=LINGER_SECONDS)
            if self._live == 1:
                self._health(
                    "connecting", f"the connection to Slack was lost: {_WHY.get(socket.reason, socket.reason)}"
                )
        finally:
            self._live -= 1
            if not self._live:
                self._alone_since = self._clock.monotonic()
            await _end(reading, successor)
            await self._close(socket)

    def _catch_up(self) -> None:
        """What was sent during a short interruption Slack brings again by itself."""
        alone, self._alone_since = self._alone_since, None
        if alone is not None and self._clock.monotonic() - alone > BROUGHT_AGAIN_SECONDS:
            self._missed()

    async def _connect(self, backoff: Backoff) -> Socket:
        """A connection that was greeted. Tries until there is one."""
        while True:
            try:
                return await within(self._clock, HELLO_SECONDS, self._attempt())
            except InstanceFailed:
                raise
            except RateLimited as error:
                reason, pause = str(error), error.retry_after
            except Refused as error:
                _refuse_switched_off(str(error))
                reason, pause = _WHY.get(str(error), str(error)), _pause(str(error))
            except (PlatformError, aiohttp.ClientError, OSError, TimeoutError) as error:
                reason, pause = str(error) or type(error).__name__, 0.0
            if not self._live:
                self._health("connecting", f"not connected to Slack: {reason}")
            log.warning("slack.connection_failed", reason=reason)
            await self._clock.sleep(max(backoff.wait(), pause))

    async def _attempt(self) -> Socket:
        url = await self._ticket()
        ws = await self._session.ws_connect(url, heartbeat=self._heartbeat, timeout=_CLOSE, proxy=proxy_for(url))
        socket = Socket(ws, self._handle, self._places)
        self._sockets.add(socket)
        try:
            total = await socket.hello()
        except BaseException:
            await self._close(socket)
            raise
        log.info("slack.connected", connections=total)
        return socket

    async def _close(self, socket: Socket) -> None:
        await socket.close()
        self._sockets.discard(socket)


def _pause(reason: str) -> float:
    """The least seconds to wait where Slack says why it does not want the connection."""
    return {"too_many_websockets": TOO_MANY_SECONDS}.get(reason, 0.0)


def _refuse_switched_off(reason: str) -> None:
    """Raises InstanceFailed when that is the reason."""
    if reason == SWITCHED_OFF:
        raise InstanceFailed("Socket Mode is switched off in the app's settings; switch it on and restart")


async def _end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel, and wait until it is done."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
