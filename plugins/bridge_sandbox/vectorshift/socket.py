"""One WebSocket of the fake service: requests in, acks and the frames of the connected session out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.vectorshift.chatbots import find
from bridge_sandbox.vectorshift.sessions import FakeSession, Frame
from bridge_sandbox.wire import Direction

if TYPE_CHECKING:
    from bridge_sandbox.vectorshift.service import FakeVectorShift

Answer = tuple[Frame, Callable[[], None] | None]
"""The ack of a request, and what begins once it is on its way."""

ACKED = {"connect_session", "post_message", "post_messages"}
"""Requests whose refusal is an ack with `success: false`; that of others is an `error` frame."""


class Refused(Exception):
    """The request cannot be done."""


class Socket:
    """One connection; at most one session is connected to it."""

    def __init__(self, service: FakeVectorShift, stream: web.WebSocketResponse, request: web.Request) -> None:
        self._service = service
        self._stream = stream
        self._request = request
        self._outgoing: asyncio.Queue[Frame] = asyncio.Queue()
        self.session: FakeSession | None = None
        self.frozen = False
        self.gone = asyncio.Event()
        self._handlers: dict[str, Callable[[Frame], Awaitable[Answer]]] = {
            "create_session": self._create,
            "connect_session": self._connect,
            "post_message": self._post,
            "post_messages": self._post,
            "get_messages": self._list,
            "ping_session": self._ping,
            "disconnect_session": self._disconnect,
            "terminate_session": self._terminate,
        }

    async def run(self) -> None:
        """Serve until the connection ends."""
        writer = asyncio.create_task(self._write(), name="sandbox socket writer")
        try:
            async for message in self._stream:
                if message.type is WSMsgType.TEXT and not self.frozen:
                    await self._receive(message.data)
        finally:
            self._leave()
            writer.cancel()
            await asyncio.wait({writer})

    def abort(self) -> None:
        """Cut the connection without a goodbye."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def _receive(self, text: str) -> None:
        try:
            frame = json.loads(text)
            kind = frame["type"]
        except (ValueError, KeyError, TypeError):
            self._outgoing.put_nowait({"type": "error", "error": "not a JSON object with a type", "request_type": None})
            return
        self._service.wire.record("vectorshift", Direction.FROM_BRIDGE, kind, _summary(frame), frame)
        fault = self._service.faults.take(kind)
        if fault is not None and fault.action is Action.DROP:
            self.abort()
            return
        if fault is not None and fault.action is Action.DELAY:
            await asyncio.sleep(fault.delay)
        begin: Callable[[], None] | None = None
        try:
            answer, begin = await self._answer(kind, frame, fault)
        except Refused as refusal:
            answer = {"type": kind, "success": False} if kind in ACKED else {"type": "error", "request_type": kind}
            answer["error"] = str(refusal)
        if fault is not None and fault.action is Action.DROP_AFTER:
            self.abort()
        else:
            self._outgoing.put_nowait(answer)
        if begin is not None:
            begin()

    async def _answer(self, kind: str, frame: Frame, fault: Fault | None) -> Answer:
        if fault is not None and fault.action is Action.STATUS:
            raise Refused(str(fault.code or "internal error"))
        handler = self._handlers.get(kind)
        if handler is None:
            raise Refused(f"unknown request type: {kind}")
        return await handler(frame)

    async def _write(self) -> None:
        while True:
            frame = await self._outgoing.get()
            if self.frozen or self._stream.closed:
                continue
            fault = self._service.faults.take(frame["type"])
            if fault is not None and fault.action is Action.DROP:
                self.abort()
                continue
            if fault is not None and fault.action is Action.STATUS:
                continue
            if fault is not None and fault.action is Action.DELAY:
                await asyncio.sleep(fault.delay)
            self._service.wire.record("vectorshift", Direction.TO_BRIDGE, frame["type"], _summary(frame), frame)
            try:
                await self._stream.send_str(json.dumps(frame))
            except ConnectionError:
                continue  # the client left; the reader ends this connection
            if fault is not None and fault.action is Action.DROP_AFTER:
                self.abort()

    async def _create(self, frame: Frame) -> Answer:
        bot = find(str(frame.get("object_type")), by_id=frame.get("object_id"))
        if bot is None:
            raise Refused(f"{frame.get('object_type')} {frame.get('object_id')} not found")
        session = FakeSession(bot, self._service.quirks, self._service.word_seconds)
        self._service.sessions[session.id] = session
        return {"type": "session_created", "session_id": session.id}, None

    async def _connect(self, frame: Frame) -> Answer:
        session = self._service.sessions.get(str(frame.get("session_id")))
        if session is None:
            raise Refused("session not found")
        self._leave()
        self.session = session
        ack = {"type": "connect_session", "session_id": session.id, "success": True}
        return ack, lambda: session.attach(self._outgoing.put_nowait)

    async def _post(self, frame: Frame) -> Answer:
        session = self._connected(frame)
        contents = frame.get("messages") if frame["type"] == "post_messages" else [frame.get("content")]
        if not isinstance(contents, list) or not contents:
            raise Refused("there is nothing to post")
        ack = {"type": frame["type"], "session_id": session.id, "success": True}
        response = contents[0] if isinstance(contents[0], dict) else {}
        if response.get("type_string") == "response_message":
            approval = response.get("value", {}).get("tool_call_approval", {})
            return ack, lambda: session.answer_approval(frame.get("parent_message_id"), approval)
        texts = [_text(content) for content in contents]
        return ack, lambda: session.post(texts)

    async def _list(self, frame: Frame) -> Answer:
        session = self._connected(frame)
        return {"type": "get_messages", "session_id": session.id, "messages": session.listing()}, None

    async def _ping(self, frame: Frame) -> Answer:
        return {"type": "pong", "session_id": self._connected(frame).id}, None

    async def _disconnect(self, frame: Frame) -> Answer:
        session = self._connected(frame)
        self._leave()
        return {"type": "disconnect_session", "session_id": session.id, "success": True}, None

    async def _terminate(self, frame: Frame) -> Answer:
        session = self._connected(frame)
        await session.end()
        self._leave()
        return {"type": "terminate_session", "session_id": session.id, "success": True}, None

    def _connected(self, frame: Frame) -> FakeSession:
        if self.session is None or self.session.id != frame.get("session_id"):
            raise Refused("not connected to this session")
        return self.session

    def _leave(self) -> None:
        if self.session is not None:
            self.session.detach(self._outgoing.put_nowait)
            self.session = None


def _text(content: Any) -> str:
    if isinstance(content, str) and content:
        return content
    if isinstance(content, dict) and isinstance(content.get("value"), str) and content["value"]:
        return str(content["value"])
    raise Refused("only text can be posted here, and not the empty text")


def _summary(frame: Frame) -> str:
    content = frame.get("message", {}).get("content", {})
    for value in (frame.get("value"), frame.get("content"), content.get("value"), content.get("tool_name")):
        if isinstance(value, str):
            return value if len(value) <= 80 else value[:79] + "…"
    return str(frame.get("error") or frame.get("message", {}).get("status") or "")
