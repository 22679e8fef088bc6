"""The server of the page: static files, one WebSocket out, and POSTs in."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bridge_sandbox.page.feed import Browser, change_item, encode, message_item, room_item, traffic_item
from bridge_sandbox.page.guard import add_headers, guard
from bridge_sandbox.page.words import BridgeState, Guides
from bridge_sandbox.view import People
from bridge_sandbox.wire import Wire

STATIC = Path(__file__).parent / "static"
REMEMBERED = 300
"""How many of the latest items of the wire a browser gets when it connects."""
LONGEST_TEXT = 40_000
"""Characters that a person may type at once; the fake platforms have limits of their own below it."""


class Page:
    """Serves the page while its context is entered. `restart`, where given, restarts the bridge; a button calls it."""

    def __init__(
        self,
        people: Sequence[People],
        wire: Wire,
        *,
        guides: Guides | None = None,
        restart: Callable[[], Awaitable[None]] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"the page is for this computer alone, and {host} is not a loopback address")
        self._people = {one.service: one for one in people}
        self._wire = wire
        self._guides = guides or {}
        self._restart = restart
        self._host = host
        self._port = port
        self._browsers: set[Browser] = set()
        self._bridge: dict[str, Any] = {}
        self.show_bridge(BridgeState.ABSENT)
        self._unwatch: list[Callable[[], None]] = []
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1.0)

    @property
    def url(self) -> str:
        """Where the page is, once the context is entered."""
        return f"http://{self._host}:{self._port}/"

    def show_bridge(self, state: BridgeState, text: str = "") -> None:
        """Show how the bridge is doing; `text` says more, such as why it stopped."""
        restartable = self._restart is not None
        self._bridge = {"type": "bridge", "state": state.value, "text": text, "restartable": restartable}
        self._send(lambda: self._bridge)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        self._unwatch.append(self._wire.listen(lambda traffic: self._send(lambda: traffic_item(traffic))))
        for service, people in self._people.items():
            self._unwatch.append(people.watch(self._on_change(service)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for unwatch in self._unwatch:
            unwatch()
        self._unwatch.clear()
        for browser in self._browsers:
            browser.close()
        await self._runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[guard], client_max_size=LONGEST_TEXT * 8)
        app.on_response_prepare.append(add_headers)
        app.router.add_get("/", _index)
        app.router.add_get("/feed", self._feed)
        app.router.add_post("/say", self._say)
        app.router.add_post("/restart", self._restart_bridge)
        app.router.add_static("/static", STATIC)
        return app

    def _on_change(self, service: str) -> Callable[..., None]:
        return lambda change: self._send(lambda: change_item(service, change))

    def _send(self, item: Callable[[], dict[str, Any]]) -> None:
        if self._browsers:
            encoded = encode(item())
            for browser in self._browsers:
                browser.put(encoded)

    def _snapshot(self) -> dict[str, Any]:
        services = [
            {
                "service": service,
                "mention": people.bot_mention,
                "rooms": [room_item(room) for room in people.rooms()],
                "messages": [message_item(shown) for room in people.rooms() for shown in people.shown(room.id)],
            }
            for service, people in self._people.items()
        ]
        return {
            "type": "snapshot",
            "services": services,
            "guides": {
                service: {name: asdict(guide) for name, guide in rooms.items()}
                for service, rooms in self._guides.items()
            },
            "bridge": self._bridge,
            "wire": [traffic_item(item) for item in list(self._wire.recent)[-REMEMBERED:]],
        }

    async def _feed(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=20.0, compress=False)
        await socket.prepare(request)
        browser = Browser()
        browser.put(encode(self._snapshot()))  # no await until it is in the set: nothing falls between the two
        self._browsers.add(browser)
        sending = asyncio.create_task(_send_batches(socket, browser))
        try:
            async for _ in socket:  # the page sends nothing; this notices its end
                pass
        finally:
            self._browsers.discard(browser)
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending
        return socket

    async def _say(self, request: web.Request) -> web.Response:
        try:
            match await request.json():
                case {"service": str(service), "room": str(room), "text": str(text)}:
                    pass
                case _:
                    raise ValueError("expected service, room and text")
        except (ValueError, json.JSONDecodeError) as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        people = self._people.get(service)
        if people is None:
            raise web.HTTPNotFound(text=f"There is no {service} here.")
        if not text.strip() or len(text) > LONGEST_TEXT:
            raise web.HTTPUnprocessableEntity(text=f"Write between 1 and {LONGEST_TEXT:,} characters.")
        try:
            message = await people.say(room, text)
        except (LookupError, ValueError) as error:
            raise web.HTTPUnprocessableEntity(text=str(error) or "This room takes no messages.") from error
        return web.json_response({"message": message_item(message)})

    async def _restart_bridge(self, request: web.Request) -> web.Response:
        if self._restart is None:
            raise web.HTTPNotFound(text="There is no bridge here to restart.")
        await self._restart()
        return web.json_response({})


async def _send_batches(socket: web.WebSocketResponse, browser: Browser) -> None:
    with contextlib.suppress(ConnectionError):
        while (batch := await browser.batch()) is not None:
            await socket.send_str(batch)
        await socket.close()


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")
