"""One Socket Mode connection. Slack: Using Socket Mode."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import structlog

log = structlog.get_logger(__name__)

Handle = Callable[[Mapping[str, Any]], Awaitable[bool]]
"""Takes one envelope; True when it may be acknowledged. Must not raise."""


class Refused(Exception):
    """Slack closed the connection at once; the text is its reason."""


class Socket:
    """Reads envelopes, lets each be handled, and acknowledges it on this same connection.

    `places` bounds how many envelopes are handled at once over all sockets; when all are taken, none is read.
    """

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, handle: Handle, places: asyncio.Semaphore) -> None:
        self._ws = ws
        self._handle = handle
        self._places = places
        self._work: set[asyncio.Task[None]] = set()
        self.leaving = asyncio.Event()
        """Set once the connection is at its end, or Slack says that it will be."""
        self.reason = "closed"

    async def hello(self) -> int:
        """Wait for Slack's greeting: how many connections the app has now. Raises Refused."""
        frame = await self._ws.receive()
        if frame.type is not aiohttp.WSMsgType.TEXT:
            raise Refused(f"closed with code {self._ws.close_code}")
        greeting = _read(frame.data)
        if greeting.get("type") != "hello":
            raise Refused(str(greeting.get("reason") or "no greeting"))
        return int(greeting.get("num_connections") or 1)

    async def read(self) -> None:
        """Take frames until the connection ends."""
        try:
            async for frame in self._ws:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    await self._take(frame.data)
        finally:
            self.leaving.set()

    async def close(self) -> None:
        """Finish what is being handled, then close. Call once nothing reads any more."""
        if self._work:
            await asyncio.wait(self._work)
        await self._ws.close()

    async def _take(self, text: str) -> None:
        frame = _read(text)
        if "envelope_id" in frame:
            await self._places.acquire()
            task = asyncio.create_task(self._serve(frame), name="slack-envelope")
            self._work.add(task)
            task.add_done_callback(self._work.discard)
        elif frame.get("type") == "disconnect":
            self.reason = str(frame.get("reason") or "disconnect")
            self.leaving.set()

    async def _serve(self, envelope: Mapping[str, Any]) -> None:
        try:
            if await self._handle(envelope):
                await self._ws.send_json({"envelope_id": envelope["envelope_id"]})
        except ConnectionError:
            log.info("slack.connection_ended_before_ack")  # the event comes again
        finally:
            self._places.release()


def _read(text: str) -> Mapping[str, Any]:
    """The JSON object of a frame; empty for what is none."""
    try:
        frame = json.loads(text)
    except ValueError:
        frame = None
    if isinstance(frame, dict):
        return frame
    log.warning("slack.frame_not_understood", length=len(text))
    return {}
