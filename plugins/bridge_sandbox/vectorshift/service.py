"""The fake VectorShift as a whole."""

from __future__ import annotations

import secrets

from aiohttp import web

from bridge_sandbox.faults import Faults
from bridge_sandbox.serving import Server
from bridge_sandbox.vectorshift.rest import Rest
from bridge_sandbox.vectorshift.sessions import FakeSession, Quirks
from bridge_sandbox.vectorshift.sockets import Sockets
from bridge_sandbox.wire import Wire


class FakeVectorShift:
    """VectorShift on loopback, with the chatbots of `chatbots.BOTS`.

    As strict as the real one: a bad key is 401, an unknown id 404, a session must be connected before it is posted to.
    Sessions outlive connections and outages; what a bot writes meanwhile is in `get_messages`.
    Faults are named by call (`GET /chatbot`, `GET /ws/session`), by request frame (`post_message`) or by the frame
    that is sent (`message_delta`, `message_notification`, `pong`; a status loses that frame).
    """

    def __init__(self, wire: Wire, *, port: int = 0, api_key: str | None = None, word_seconds: float = 0.03) -> None:
        self.api_key = api_key or f"vs-sandbox-{secrets.token_hex(12)}"
        self.faults = Faults()
        self.quirks = Quirks()
        self.sessions: dict[str, FakeSession] = {}
        """By session id; each holds its messages."""
        self.word_seconds = word_seconds
        """What a chatbot of normal pace waits between two words."""
        self._wire = wire
        self._server = Server(self._build, port=port)
        self._sockets = Sockets(self)

    @property
    def wire(self) -> Wire:
        """Where all traffic is recorded."""
        return self._wire

    @property
    def api_url(self) -> str:
        """The base of REST calls."""
        return f"http://{self._server.origin}/v1"

    @property
    def ws_url(self) -> str:
        """The base of the WebSocket; clients append `/ws/session`."""
        return f"ws://{self._server.origin}/v1"

    @property
    def online(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    async def start(self) -> None:
        """Be up. Raises OSError when the port is taken."""
        await self._server.start()

    async def stop(self) -> None:
        """Be down: no connections, no answers. Sessions stay, and bots go on with what they were writing."""
        await self._sockets.cut()
        await self._server.stop()

    async def close(self) -> None:
        """Be down for good; nothing keeps running."""
        await self.stop()
        self.quirks.terminate_ends_turn = True
        for session in self.sessions.values():
            await session.end()

    async def drop_connections(self) -> None:
        """Cut every socket, without a goodbye; new ones are welcome."""
        await self._sockets.cut()

    def freeze_connections(self) -> None:
        """Leave the sockets that are open now in silence for good, as a dead network does; new ones work."""
        self._sockets.freeze()

    def forget(self, session_id: str) -> None:
        """Lose a session: its id is unknown from now on."""
        del self.sessions[session_id]
        self._sockets.release(session_id)

    def asked(self, session_id: str) -> list[str]:
        """What users posted to a session, oldest first."""
        return [message.text for message in self.sessions[session_id].messages if message.from_user]

    def authorized(self, request: web.Request) -> bool:
        """Whether a request carries the key."""
        return request.headers.get("Authorization") == f"Bearer {self.api_key}"

    def _build(self) -> web.Application:
        app = web.Application()
        app.add_routes([*Rest(self).routes(), web.get("/v1/ws/session", self._sockets.serve)])
        return app


__all__ = ["FakeVectorShift", "Quirks"]
