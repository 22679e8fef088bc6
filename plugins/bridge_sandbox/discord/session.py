"""One gateway session: what it asked for, what it was sent, and the socket that it has at the moment."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import zlib
from collections import deque
from typing import Any

from aiohttp import web

from bridge_sandbox.discord.things import Intent

KEPT = 1000
"""Events that a lost connection may catch up on."""


class Socket:
    """A WebSocket that is written to in order, by one task."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request, *, compressed: bool) -> None:
        self._ws = ws
        self._request = request
        self._deflate = zlib.compressobj() if compressed else None
        self._queue: asyncio.Queue[str | tuple[int, str]] = asyncio.Queue()
        self._task = asyncio.create_task(self._write(), name="discord gateway socket")
        self.deaf = False
        """True when everything that is sent vanishes, as on a half-open connection."""
        self.closing = False
        """True once the server has decided to close it."""

    def send(self, frame: dict[str, Any]) -> None:
        """Queue a frame. Never blocks."""
        self._queue.put_nowait(json.dumps(frame, separators=(",", ":")))

    def close(self, code: int, reason: str) -> None:
        """Close in order, after what is queued."""
        self.closing = True
        self._queue.put_nowait((code, reason))

    def abort(self) -> None:
        """Cut the connection as a broken network does."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def finish(self) -> None:
        """Stop writing."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):  # the reader sees the end of the connection
            while True:
                item = await self._queue.get()
                if self.deaf:
                    continue
                if isinstance(item, tuple):
                    await self._ws.close(code=item[0], message=item[1].encode())
                elif self._deflate is not None:
                    packed = self._deflate.compress(item.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                    await self._ws.send_bytes(packed)
                else:
                    await self._ws.send_str(item)


class Session:
    """What outlives a connection, so that RESUME can replay what it missed."""

    def __init__(self, intents: Intent) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.sequence = 0
        self.socket: Socket | None = None
        self._sent: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def dispatch(self, name: str, data: Any) -> None:
        """Send an event, and keep it for a RESUME."""
        self.sequence += 1
        frame = {"op": 0, "t": name, "s": self.sequence, "d": data}
        self._sent.append(frame)
        if self.socket is not None:
            self.socket.send(frame)

    def missed(self, after: int) -> list[dict[str, Any]] | None:
        """The events after a sequence number; None when that is not one of this session's, or too long ago."""
        if after > self.sequence or (self._sent and after < self._sent[0]["s"] - 1):
            return None
        return [frame for frame in self._sent if frame["s"] > after]
