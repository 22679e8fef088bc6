"""Socket Mode: tickets, connections, envelopes, acknowledgements and redelivery. Slack: Using Socket Mode."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from bridge_sandbox.faults import Faults
from bridge_sandbox.wire import Direction, Wire

MOST_SOCKETS = 10
"""Slack: at most ten connections for one app."""

ACK_SECONDS = 3.0
RETRY_SECONDS = (0.0, 0.0, 60.0, 300.0)
"""Slack: Events API, retries: nearly at once, after a minute, after five minutes. The first is the delivery itself."""


class Sockets:
    """The open connections and the events that wait for their acknowledgement. Times are multiplied by `scale`."""

    def __init__(self, wire: Wire, faults: Faults, app_id: str, scale: float) -> None:
        self._wire = wire
        self._faults = faults
        self._app_id = app_id
        self._scale = scale
        self._tickets: set[str] = set()
        self._waiting: dict[str, tuple[str, asyncio.Event]] = {}
        self._deliveries: set[asyncio.Task[None]] = set()
        self._opened = asyncio.Condition()
        self._turn = 0
        self.open: dict[web.WebSocketResponse, web.Request] = {}
        self.silent = False
        """True: nothing is said any more, neither hello nor pong nor events, as when a network swallows everything."""
        self.hang_up = False
        """True: each connection is closed as soon as it was greeted."""
        self.unacked: dict[str, dict[str, Any]] = {}
        """Callbacks by event id that were not acknowledged yet, or for ever when they are in `lost`."""
        self.lost: list[str] = []
        """Ids of the events given up after the last retry."""
        self.acked_by: set[web.WebSocketResponse] = set()
        """The connections on which something was acknowledged."""
        self.connections = 0
        """How many connections said hello so far."""

    def ticket(self) -> str:
        """A ticket for one connection; it works once."""
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return ticket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its ticket to its end. Scripted faults are named "/link/"."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="invalid ticket")
        self._tickets.remove(ticket)
        if self._faults.take("/link/") is not None and request.transport is not None:
            request.transport.abort()
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self.open) >= MOST_SOCKETS:
            await self._send(socket, {"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        if not self.silent:
            await self._welcome(socket, request)
        if self.hang_up:
            await socket.close()
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledge(socket, json.loads(frame.data))
                elif frame.type is WSMsgType.PING and not self.silent:
                    await socket.pong(frame.data)
        finally:
            self.open.pop(socket, None)
        return socket

    def deliver(self, callbacks: Iterable[dict[str, Any]]) -> None:
        """Send events, each until it is acknowledged or given up. Returns at once."""
        for callback in callbacks:
            self.unacked[str(callback["event_id"])] = callback
            task = asyncio.create_task(self._deliver(callback))
            self._deliveries.add(task)
            task.add_done_callback(self._deliveries.discard)

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to be replaced, as Slack does every few hours; "link_disabled" ends it at once."""
        for socket in list(self.open):
            await self._send(socket, {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
            if reason == "link_disabled":
                await socket.close()

    def drop(self) -> None:
        """Cut every connection without a word."""
        for request in self.open.values():
            if request.transport is not None:
                request.transport.abort()
        self.open.clear()

    async def settled(self, connections: int) -> None:
        """Wait until so many connections are open."""
        async with self._opened:
            await self._opened.wait_for(lambda: len(self.open) >= connections)

    async def stop(self) -> None:
        """End all deliveries."""
        await self.give_up()
        self.open.clear()

    async def give_up(self) -> None:
        """Deliver nothing again of what was not acknowledged yet, as Slack does after some minutes."""
        deliveries = list(self._deliveries)
        for task in deliveries:
            task.cancel()
        await asyncio.gather(*deliveries, return_exceptions=True)
        self.unacked.clear()

    async def _welcome(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.open[socket] = request
        self.connections += 1
        hello = {
            "type": "hello",
            "num_connections": len(self.open),
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }
        await self._send(socket, hello)
        async with self._opened:
            self._opened.notify_all()

    async def _deliver(self, callback: dict[str, Any]) -> None:
        for attempt, delay in enumerate(RETRY_SECONDS):
            await asyncio.sleep(delay * self._scale)
            if await self._attempt(callback, attempt):
                return
        self.lost.append(str(callback["event_id"]))

    async def _attempt(self, callback: dict[str, Any], attempt: int) -> bool:
        """Send the event once, to any one connection; True when it was acknowledged in time."""
        if not self.open or self.silent:
            return False
        envelope_id = str(uuid4())
        acked = asyncio.Event()
        self._waiting[envelope_id] = (str(callback["event_id"]), acked)
        envelope = {
            "envelope_id": envelope_id,
            "type": "events_api",
            "accepts_response_payload": False,
            "retry_attempt": attempt,
            "retry_reason": "timeout" if attempt else "",
            "payload": callback,
        }
        self._turn += 1
        try:
            await self._send(list(self.open)[self._turn % len(self.open)], envelope)
            await asyncio.wait_for(acked.wait(), ACK_SECONDS * self._scale)
        except (TimeoutError, ConnectionError):
            return False
        finally:
            del self._waiting[envelope_id]
        return True

    def _acknowledge(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        envelope_id = str(frame.get("envelope_id", ""))
        if envelope_id in self._waiting:
            event_id, acked = self._waiting[envelope_id]
            self.unacked.pop(event_id, None)
            self.acked_by.add(socket)
            acked.set()
        self._wire.record("slack", Direction.FROM_BRIDGE, "ack", envelope_id[:8], frame)

    async def _send(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        self._wire.record("slack", Direction.TO_BRIDGE, _kind(frame), _summary(frame), frame)
        await socket.send_json(frame)


def _kind(frame: dict[str, Any]) -> str:
    if frame["type"] != "events_api":
        return str(frame["type"])
    payload = frame["payload"]
    event = payload.get("event") or payload
    return str(event.get("subtype") or event["type"])


def _summary(frame: dict[str, Any]) -> str:
    if frame["type"] != "events_api":
        return str(frame.get("reason", ""))
    event = frame["payload"].get("event") or {}
    text = str(event.get("text") or event.get("message", {}).get("text", ""))
    return (f"retry {frame['retry_attempt']}: " if frame["retry_attempt"] else "") + text[:100]
