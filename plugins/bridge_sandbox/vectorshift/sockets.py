"""All WebSockets of the fake service: their handshakes, and how they are cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bridge_sandbox.vectorshift.rest import apply, name_of
from bridge_sandbox.vectorshift.socket import Socket
from bridge_sandbox.wire import Direction

if TYPE_CHECKING:
    from bridge_sandbox.vectorshift.service import FakeVectorShift


class Sockets:
    """All open sockets."""

    def __init__(self, service: FakeVectorShift) -> None:
        self._service = service
        self._open: set[Socket] = set()

    def __len__(self) -> int:
        return len(self._open)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its handshake to its end."""
        self._service.wire.record("vectorshift", Direction.FROM_BRIDGE, name_of(request), "connect")
        fault = self._service.faults.take(name_of(request))
        if fault is not None and (response := await apply(fault, request)) is not None:
            return response
        if not self._service.authorized(request):
            return web.json_response({"error": "invalid API key"}, status=401)
        stream = web.WebSocketResponse(compress=False, max_msg_size=64 * 2**20)
        await stream.prepare(request)
        socket = Socket(self._service, stream, request)
        self._open.add(socket)
        try:
            await socket.run()
        finally:
            self._open.discard(socket)
            socket.gone.set()
        return stream

    async def cut(self) -> None:
        """Abort every connection; returns when they are gone."""
        sockets = list(self._open)
        for socket in sockets:
            socket.abort()
        for socket in sockets:
            await socket.gone.wait()

    def freeze(self) -> None:
        """Answer nothing any more on what is open now."""
        for socket in self._open:
            socket.frozen = True

    def release(self, session_id: str) -> None:
        """Abort the connections to one session."""
        for socket in list(self._open):
            if socket.session is not None and socket.session.id == session_id:
                socket.abort()
