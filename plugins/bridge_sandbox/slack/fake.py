"""The fake Slack: a workspace, the servers in front of it, and the people in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

from aiohttp import web

from bridge_sandbox.faults import Faults
from bridge_sandbox.serving import Server
from bridge_sandbox.slack import events
from bridge_sandbox.slack.desk import Desk
from bridge_sandbox.slack.files import Files
from bridge_sandbox.slack.limits import REALISTIC, Limit, Limiter
from bridge_sandbox.slack.methods import Answer, Arguments, Reading
from bridge_sandbox.slack.screen import Screen
from bridge_sandbox.slack.sockets import Sockets
from bridge_sandbox.slack.streaming import LIFETIME, Streaming
from bridge_sandbox.slack.text import typed
from bridge_sandbox.slack.tokens import ALL_SCOPES, Tokens
from bridge_sandbox.slack.web import WebApi
from bridge_sandbox.slack.workspace import BOT_NAME, Conversation, Posted, Workspace
from bridge_sandbox.slack.writing import Writing
from bridge_sandbox.view import Change, Room, Shown
from bridge_sandbox.wire import Wire


class FakeSlack:
    """One workspace with one app installed, on loopback.

    `limits` turns rate limits on: True for Slack's own, or a Limit for each method. `scale` multiplies Slack's times
    (acknowledgement, retries, refill of limits), so that 0.01 makes a minute 0.6 seconds. `seed` decides the ids and
    tokens. `scopes` are those granted to the bot token. Without `twins` the app has not subscribed to `app_mention`, so
    that a mention arrives once, as `message`.
    """

    service = "slack"
    bot_mention = f"@{BOT_NAME}"

    def __init__(
        self,
        wire: Wire,
        *,
        port: int = 0,
        seed: int = 0,
        limits: bool | Mapping[str, Limit] = False,
        scale: float = 1.0,
        scopes: Iterable[str] = ALL_SCOPES,
        twins: bool = True,
    ) -> None:
        self.workspace = Workspace(seed)
        self.faults = Faults()
        self.bot_token = f"xoxb-fake-{self.workspace.bot.id}"
        self.app_token = f"xapp-fake-{self.workspace.app_id}"
        self.sockets = Sockets(wire, self.faults, self.workspace.app_id, scale)
        self._tokens = Tokens(self.bot_token, self.app_token, scopes)
        self._screen = Screen(self.workspace)
        self._desk = Desk(self.workspace, self._screen, self.sockets, twins=twins)
        self._server = Server(self._build, port=port)
        table = REALISTIC if limits is True else limits or {}
        self._limiter = Limiter(table, scale)
        self._api = WebApi(self._methods(scale), self._tokens, self.faults, self._limiter, wire)

    async def start(self) -> None:
        """Listen; again after `stop` on the same port."""
        await self._server.start()

    async def stop(self) -> None:
        """Go down; messages and tokens stay. Harmless twice."""
        await self.sockets.stop()
        await self._server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        """What `api_url` in the operator's file is set to."""
        return f"http://{self._server.origin}/api/"

    def rooms(self) -> Sequence[Room]:
        """Every channel and DM, each followed by its threads."""
        return self._screen.rooms()

    def shown(self, room_id: str) -> Sequence[Shown]:
        """The messages of one room, oldest first. Raises KeyError for a room that is none."""
        return self._screen.shown(room_id)

    def watch(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` for each change, until the returned function is called."""
        return self._screen.watch(listener)

    def room(self, name: str) -> str:
        """The id of the channel of that name. Raises KeyError for one that is none."""
        for conversation in self.workspace.conversations.values():
            if conversation.direct_with is None and conversation.name == name.removeprefix("#"):
                return conversation.id
        raise KeyError(f"no channel {name!r} in the fake Slack")

    def direct(self, author: str = "Ada") -> str:
        """The id of the DM of a person with the bot."""
        return self.workspace.direct(self.workspace.person(author).id).id

    async def say(
        self,
        room_id: str,
        text: str,
        *,
        author: str = "Ada",
        files: Sequence[Mapping[str, Any]] = (),
        broadcast: bool = False,
    ) -> Shown:
        """A person writes in a room. `broadcast` also sends a thread's reply to the channel."""
        conversation, root = self._screen.find(room_id)
        person = self.workspace.person(author)
        if conversation.direct_with not in {None, person.id}:
            raise ValueError(f"{author} cannot write in the DM of somebody else; direct({author!r}) gives theirs")
        conversation.members.add(person.id)
        message = Posted(
            ts=self.workspace.new_ts(),
            user=person.id,
            raw=typed(text, self.workspace),
            thread_ts=root,
            files=[dict(file) for file in files],
            broadcast=broadcast and root is not None,
        )
        self._desk.post(conversation, message)
        return self._screen.show(conversation, message)

    async def edit(self, room_id: str, message_id: str, text: str) -> Shown:
        """A person changes a message of theirs."""
        conversation, message = self._message(room_id, message_id)
        self._desk.edit(conversation, message, typed(text, self.workspace))
        return self._screen.show(conversation, message)

    async def delete(self, room_id: str, message_id: str) -> None:
        """A person deletes a message of theirs."""
        self._desk.delete(*self._message(room_id, message_id))

    def press_stop(self, room_id: str, message_id: str, *, author: str = "Ada") -> None:
        """A person presses Stop under a message that grows. Slack: agent_session_stopped."""
        conversation, message = self._message(room_id, message_id)
        if message.stream is None:
            raise ValueError(f"the message {message_id} does not grow")
        message.stream.stopped_by_user = True
        person, ts = self.workspace.person(author), self.workspace.new_ts()
        place = {"channel": conversation.id, "thread_ts": message.root, "streaming_message_ts": [message.ts]}
        self.send({"type": "agent_session_stopped", "user": person.id, "event_ts": ts, **place})

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Every Web API call that reached its method, with its arguments."""
        return self._api.calls

    @property
    def refused(self) -> int:
        """How many calls were told to wait."""
        return self._limiter.refused

    @property
    def pinged(self) -> list[str]:
        """Whom the bot's messages notified; a bridge must keep this empty."""
        return self._desk.pinged

    @property
    def unacked(self) -> int:
        """How many events are not acknowledged."""
        return len(self.sockets.unacked)

    def redeliver(self, room_id: str, message_id: str) -> None:
        """Send the events of a message once more, with new event ids, as Slack may."""
        self._desk.announce(*self._message(room_id, message_id))

    def send(self, event: dict[str, Any]) -> None:
        """Deliver any event, as it stands."""
        self.sockets.deliver([events.callback(self.workspace, event)])

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask for every socket to be replaced."""
        await self.sockets.refresh(reason)

    def drop_sockets(self) -> None:
        """Cut every socket without a word."""
        self.sockets.drop()

    def revoke(self, error: str = "token_revoked") -> None:
        """Refuse both tokens from now on."""
        self._tokens.revoked = error
        self.drop_sockets()

    def _message(self, room_id: str, message_id: str) -> tuple[Conversation, Posted]:
        conversation, _ = self._screen.find(room_id)
        message = conversation.messages.get(message_id)
        if message is None or message.deleted or message.tombstone:
            raise KeyError(f"no message {message_id!r} in {room_id!r}")
        return conversation, message

    def _methods(self, scale: float) -> dict[str, Callable[[Arguments], Answer]]:
        reading = Reading(self.workspace)
        writing = Writing(self.workspace, reading, self._desk, self._screen)
        self.streams = Streaming(self.workspace, reading, self._desk, LIFETIME * scale)
        self.files = Files(self.workspace, reading, self._desk, lambda: self._server.origin)
        methods = reading.methods() | writing.methods() | self.streams.methods() | self.files.methods()
        return methods | {"apps.connections.open": self._open_connection}

    def _open_connection(self, arguments: Arguments) -> Answer:
        url = f"ws://{self._server.origin}/link/?ticket={self.sockets.ticket()}&app_id={self.workspace.app_id}"
        return {"url": url}

    def _build(self) -> web.Application:
        application = web.Application(client_max_size=4 * 1024 * 1024)
        application.router.add_route("*", "/api/{method}", self._api.handle)
        application.router.add_get("/link/", self.sockets.handle)
        application.router.add_post("/upload/{file}", self.files.receive)
        return application
