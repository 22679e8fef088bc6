"""The fake Discord that tests and the demo start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from bridge_sandbox.discord.gateway import Gateway
from bridge_sandbox.discord.limits import Limits
from bridge_sandbox.discord.opcodes import Op
from bridge_sandbox.discord.people import Crowd
from bridge_sandbox.discord.rest import PREFIX, Rest
from bridge_sandbox.discord.things import ChannelType, Intent, Permission
from bridge_sandbox.discord.world import World
from bridge_sandbox.faults import Faults
from bridge_sandbox.serving import Server
from bridge_sandbox.view import Change, Room, Shown
from bridge_sandbox.wire import Wire

MESSAGE_CONTENT_ALLOWED = 1 << 19
"""Application flag GATEWAY_MESSAGE_CONTENT_LIMITED: the switch in the developer portal of an unverified application."""


class FakeDiscord:
    """One server with the channels general, help, random and the forum questions, and a DM of Ada with the bot.

    `limits` turns Discord's rate limits on, `limit_scale` shortens their windows; `heartbeat` is in seconds.
    It implements `bridge_sandbox.view.People`.
    """

    service = "discord"

    def __init__(
        self, wire: Wire, *, port: int = 0, limits: bool = False, limit_scale: float = 1.0, heartbeat: float = 41.25
    ) -> None:
        self.world = World()
        self.faults = Faults()
        self.limits = Limits(enabled=limits, scale=limit_scale)
        self.gateway = Gateway(self.world, wire, heartbeat=heartbeat)
        self.people = Crowd(self.world)
        self._rest = Rest(self.world, self.faults, wire, self.limits, self)
        self._server = Server(self._build, port=port)
        for name in ("general", "help", "random"):
            self.world.add_channel(name)
        self.world.add_channel("questions", ChannelType.FORUM)
        self.world.direct(self.world.owner)

    def _build(self) -> web.Application:
        app = web.Application(client_max_size=1024 * 1024)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_route("*", PREFIX + "/{path:.*}", self._rest.handle)
        return app

    async def start(self) -> None:
        """Listen; after `stop` again on the same port, with everything that was said still there."""
        await self._server.start()
        self.gateway.url = self.gateway_url

    async def stop(self) -> None:
        """Stop listening and cut every connection. Harmless twice."""
        for socket in list(self.gateway.sockets):
            socket.abort()
        await self._server.stop()

    @property
    def api_url(self) -> str:
        """What to give as `api_url`."""
        return f"http://{self._server.origin}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        """Where the gateway is; `GET /gateway/bot` says it too."""
        return f"ws://{self._server.origin}/gateway"

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.world.token

    @property
    def application_flags(self) -> int:
        """What the developer portal has switched on."""
        return MESSAGE_CONTENT_ALLOWED if self.content_visible() else 0

    @property
    def identifies_left(self) -> int:
        """How many sessions may still be started today."""
        return max(0, 1000 - self.gateway.counts.identifies)

    def content_visible(self) -> bool:
        """Whether the application may read the text of messages."""
        return Intent.MESSAGE_CONTENT not in self.gateway.disallowed

    # The people

    @property
    def bot_mention(self) -> str:
        """What a person types to mention the bot."""
        return self.people.bot_mention

    def rooms(self) -> Sequence[Room]:
        """Everything that can be opened, parents before their threads."""
        return self.people.rooms()

    def shown(self, room_id: str) -> Sequence[Shown]:
        """The messages of a room, oldest first."""
        return self.people.shown(room_id)

    async def say(self, room_id: str, text: str, *, author: str = "Ada") -> Shown:
        """A person writes in a room; in a forum this opens a post."""
        return await self.people.say(room_id, text, author=author)

    def watch(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` for each change, until the returned function is called."""
        return self.people.watch(listener)

    # What tests do to it

    async def wait_connected(self, count: int = 1) -> None:
        """Return once `count` sessions have a connection."""
        async with self.gateway.changed:
            await self.gateway.changed.wait_for(lambda: self.gateway.connected >= count)

    async def wait_disconnected(self) -> None:
        """Return once nobody is connected."""
        async with self.gateway.changed:
            await self.gateway.changed.wait_for(lambda: not self.gateway.sockets)

    def drop_gateway(self, *, resumable: bool = True) -> None:
        """Cut every gateway connection; without `resumable` the sessions are forgotten too."""
        if not resumable:
            self.gateway.sessions.clear()
        for socket in self.gateway.sockets:
            socket.abort()

    def reconnect(self) -> None:
        """Ask every client to connect again (opcode 7)."""
        for socket in self.gateway.sockets:
            socket.send({"op": Op.RECONNECT, "d": None, "s": None, "t": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is not valid (opcode 9)."""
        if not resumable:
            self.gateway.sessions.clear()
        for socket in self.gateway.sockets:
            socket.send({"op": Op.INVALID_SESSION, "d": resumable, "s": None, "t": None})

    def close_gateway(self, code: int, reason: str = "") -> None:
        """Close every gateway connection with a code of Discord's list."""
        for socket in self.gateway.sockets:
            socket.close(code, reason)

    def deaf(self) -> None:
        """Leave every gateway connection open, and say and hear nothing on it any more."""
        for socket in self.gateway.sockets:
            socket.deaf = True

    def send_raw(self, name: str, data: Any) -> None:
        """Dispatch an event as it is, malformed or repeated."""
        for session in self.gateway.sessions.values():
            session.dispatch(name, data)

    def deny(self, *permissions: Permission | str, room: str | None = None) -> None:
        """Take permissions from the bot, in one room or everywhere."""
        denied = Permission(0)
        for permission in permissions:
            denied |= Permission[permission] if isinstance(permission, str) else permission
        if room is None:
            self.world.denied |= denied
        else:
            self.world.channels[room].denied |= denied

    def disallow_intent(self, *intents: Intent | str) -> None:
        """Switch privileged intents off for the application."""
        for intent in intents:
            self.gateway.disallowed |= Intent[intent] if isinstance(intent, str) else intent

    def revoke(self) -> None:
        """Give the bot another token: the one that clients hold is worth nothing any more."""
        self.world.token = f"{self.world.token.partition('.')[0]}.revoked.{self.world.snowflakes.next()}"
        self.close_gateway(4004, "Authentication failed.")
