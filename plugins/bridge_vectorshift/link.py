"""A socket that is attached to one session: requests and their acks, and whether the other side is alive."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed

from bridge import Clock, within
from bridge_vectorshift import frames
from bridge_vectorshift.connection import Dialer, FrameConnection
from bridge_vectorshift.errors import unavailable
from bridge_vectorshift.frames import Frame

ACK_TIMEOUT = 15.0
"""Seconds until a request without an answer has failed."""


class Link:
    """One connection. It never reconnects: a lost link is replaced by a new one."""

    def __init__(self, clock: Clock, handle: Callable[[Frame], None], lost: Callable[[Link], None]) -> None:
        self._clock = clock
        self._handle = handle
        self._on_lost = lost
        self._connection: FrameConnection | None = None
        self._waiting: dict[str, deque[asyncio.Future[Frame]]] = {}
        self.open = False
        self.heard = False
        """Set by every frame; whoever watches over the link takes it back."""

    async def connect(self, dialer: Dialer) -> None:
        """Open the socket. Raises what `Dialer.dial` raises."""
        self._connection = await dialer.dial(self._receive, self._lost)
        self.open = True

    async def request(self, frame: Frame, timeout: float = ACK_TIMEOUT) -> Frame:
        """Send a frame and wait for its ack, be it a refusal.

        Raises ChatbotUnavailable when there is none: whether the service did what was asked is unknown then.
        """
        kind: str = frame["type"]
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(frames.REPLY.get(kind, kind), deque()).append(answer)
        await self.send(frame)
        try:
            return await within(self._clock, timeout, answer)
        except TimeoutError as error:
            self.abort()  # a late ack would be taken for that of the next request
            raise unavailable(f"VectorShift did not answer {kind} within {timeout:g} s") from error

    async def send(self, frame: Frame) -> None:
        """Send a frame. Raises ChatbotUnavailable when the connection is gone."""
        if self._connection is None or not self.open:
            raise unavailable("the connection to VectorShift is lost")
        try:
            await self._connection.send(json.dumps(frame))
        except ConnectionClosed as error:
            raise unavailable("the connection to VectorShift is lost") from error

    def abort(self) -> None:
        """Drop the connection; `lost` is called soon."""
        if self._connection is not None:
            self._connection.abort()

    async def close(self) -> None:
        """Close the connection; harmless twice."""
        self.open = False
        if self._connection is not None:
            await self._connection.close()

    def _receive(self, frame: dict[str, Any]) -> None:
        if not self.open:
            return  # it is being closed
        self.heard = True
        kind = frame.get("type")
        if kind == "error" and frame.get("request_type") == "ping_session":
            self.abort()  # the service does not hold this connection for attached any more
        elif kind != "message_delta" and self._waiting:
            if kind == "error":
                asked = frame.get("request_type")
                kind = frames.REPLY.get(asked, asked) if isinstance(asked, str) else self._only_request()
            if isinstance(kind, str) and self._answer(kind, frame):
                return
        self._handle(frame)

    def _only_request(self) -> str | None:
        """What an error that does not name its request is about, where that is certain."""
        open_kinds = [kind for kind, waiting in self._waiting.items() if any(not f.done() for f in waiting)]
        return open_kinds[0] if len(open_kinds) == 1 else None

    def _answer(self, kind: str, frame: Frame) -> bool:
        waiting = self._waiting.get(kind)
        if not waiting:
            return False
        answer = waiting.popleft()  # acks come in the order of the requests; one that is given up keeps its place
        if not answer.done():
            answer.set_result(frame)
        return True

    def _lost(self) -> None:
        self.open = False
        for waiting in self._waiting.values():
            for answer in waiting:
                if not answer.done():
                    answer.set_exception(unavailable("the connection to VectorShift was lost before the answer"))
                    answer.exception()  # whoever asked may have left: that is no error of its own
        self._waiting.clear()
        self._on_lost(self)
