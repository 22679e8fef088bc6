"""The gateway: HELLO, IDENTIFY, RESUME, heartbeats, and events to every session that asked for them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from bridge_sandbox.discord.accounts import me_json
from bridge_sandbox.discord.events import events_for
from bridge_sandbox.discord.opcodes import CloseError, Op
from bridge_sandbox.discord.servers import guild_create_json
from bridge_sandbox.discord.session import Session, Socket
from bridge_sandbox.discord.things import ALL_INTENTS, Intent
from bridge_sandbox.discord.world import Happened, World
from bridge_sandbox.wire import Direction, Wire


@dataclass(slots=True)
class Counts:
    """How often clients did what is limited or telling."""

    connects: int = 0
    identifies: int = 0
    resumes: int = 0


class Gateway:
    """All connections and sessions of the fake."""

    def __init__(self, world: World, wire: Wire, *, heartbeat: float) -> None:
        self._world = world
        self._wire = wire
        self.heartbeat = heartbeat
        self.acks = True
        """False to leave heartbeats unanswered."""
        self.hang_up = False
        """True to close each connection as soon as it has begun."""
        self.url = ""
        self.disallowed = Intent(0)
        """Privileged intents that are not switched on for the application: asking for one closes with 4014."""
        self.sessions: dict[str, Session] = {}
        self.sockets: set[Socket] = set()
        self.counts = Counts()
        self.changed = asyncio.Condition()
        world.listeners.append(self._spread)

    @property
    def connected(self) -> int:
        """Sessions with a connection."""
        return sum(session.socket is not None for session in self.sessions.values())

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        self.counts.connects += 1
        ws = web.WebSocketResponse(compress=False, max_msg_size=4096)
        await ws.prepare(request)
        socket = Socket(ws, request, compressed=request.query.get("compress") == "zlib-stream")
        self.sockets.add(socket)
        session: Session | None = None
        try:
            socket.send({"op": Op.HELLO, "d": {"heartbeat_interval": int(self.heartbeat * 1000)}, "s": None, "t": None})
            if self.hang_up:
                raise CloseError(4000, "Unknown error.")
            async for message in ws:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY) and not socket.deaf:
                    session = self._receive(socket, session, message.data)
                    await self.tell()
        except CloseError as close:
            socket.closing = True
            await ws.close(code=close.code, message=close.reason.encode())
        finally:
            self.sockets.discard(socket)
            self._detach(socket, ws.close_code)
            await socket.finish()
            await self.tell()
        return ws

    async def tell(self) -> None:
        """Wake those who wait for a change of the connections."""
        async with self.changed:
            self.changed.notify_all()

    def _receive(self, socket: Socket, session: Session | None, text: str | bytes) -> Session | None:
        try:
            frame = json.loads(text)
            op = Op(frame["op"])
        except (ValueError, KeyError, TypeError) as error:
            raise CloseError(4002, "Error while decoding payload.") from error
        self._wire.record("discord", Direction.FROM_BRIDGE, op.name, _summary(frame), frame)
        match op:
            case Op.HEARTBEAT if self.acks:
                socket.send({"op": Op.ACK, "d": None, "s": None, "t": None})
            case Op.IDENTIFY | Op.RESUME if session is not None:
                raise CloseError(4005, "Already authenticated.")
            case Op.IDENTIFY:
                return self._identify(socket, frame["d"])
            case Op.RESUME:
                return self._resume(socket, frame["d"])
            case Op.HEARTBEAT:
                pass
            case Op.PRESENCE | Op.REQUEST_MEMBERS if session is not None:
                pass
            case _:
                raise CloseError(4003, "Not authenticated.") if session is None else CloseError(4001, "Unknown opcode.")
        return session

    def _identify(self, socket: Socket, data: dict[str, Any]) -> Session:
        self.counts.identifies += 1
        if data.get("token") != self._world.token:
            raise CloseError(4004, "Authentication failed.")
        asked = data.get("intents")
        if not isinstance(asked, int) or asked < 0 or asked & ~ALL_INTENTS:
            raise CloseError(4013, "Invalid intent(s).")
        if asked & self.disallowed:
            raise CloseError(4014, "Disallowed intent(s).")
        session = Session(Intent(asked))
        session.socket = socket
        self.sessions[session.id] = session
        session.dispatch("READY", self._ready(session, data))
        if Intent.GUILDS in session.intents:
            session.dispatch("GUILD_CREATE", guild_create_json(self._world))
        self._wire.record("discord", Direction.TO_BRIDGE, "READY", f"session {session.id}")
        return session

    def _ready(self, session: Session, identify: dict[str, Any]) -> dict[str, Any]:
        return {
            "v": 10,
            "user": me_json(self._world.bot),
            "guilds": [{"id": self._world.guild, "unavailable": True}],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": identify.get("shard", [0, 1]),
            "application": {"id": self._world.bot.id, "flags": 0},
            "_trace": [],
        }

    def _resume(self, socket: Socket, data: dict[str, Any]) -> Session | None:
        self.counts.resumes += 1
        if data.get("token") != self._world.token:
            raise CloseError(4004, "Authentication failed.")
        session = self.sessions.get(str(data.get("session_id")))
        missed = session.missed(int(data.get("seq") or 0)) if session is not None else None
        if session is None or missed is None:
            socket.send({"op": Op.INVALID_SESSION, "d": False, "s": None, "t": None})
            return None
        session.socket = socket
        for frame in missed:
            socket.send(frame)
        session.dispatch("RESUMED", {"_trace": []})
        self._wire.record("discord", Direction.TO_BRIDGE, "RESUMED", f"{len(missed)} events replayed")
        return session

    def _detach(self, socket: Socket, code: int | None) -> None:
        """A client that closes with 1000 or 1001 by itself ends its session (Discord: Disconnecting)."""
        for session in list(self.sessions.values()):
            if session.socket is socket:
                session.socket = None
                if code in (1000, 1001) and not socket.closing:
                    del self.sessions[session.id]

    def _spread(self, happened: Happened) -> None:
        for session in self.sessions.values():
            for name, data in events_for(self._world, happened, session.intents):
                session.dispatch(name, data)
                summary = str(data.get("content") or data.get("name") or "")[:120]
                self._wire.record("discord", Direction.TO_BRIDGE, name, summary, data)


def _summary(frame: dict[str, Any]) -> str:
    data = frame.get("d")
    if frame["op"] == Op.IDENTIFY and isinstance(data, dict):
        return f"intents {data.get('intents')}"
    if frame["op"] == Op.RESUME and isinstance(data, dict):
        return f"session {data.get('session_id')} after {data.get('seq')}"
    return ""
