"""The page's server, with real HTTP and WebSocket clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bridge_sandbox.page import BridgeState, Guide, Page
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.wire import Direction


class World:
    """A sandbox with its page, and a client that behaves as the page's own script does."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.restarts = 0
        self.page = Page(
            sandbox.people, sandbox.wire, guides={"slack": {"general": Guide("echo answers")}}, restart=self.restart
        )
        self.client = aiohttp.ClientSession()

    async def restart(self) -> None:
        self.restarts += 1

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, str]:
        own = {"Origin": self.page.url.rstrip("/")} | headers
        async with self.client.post(self.page.url + path, json=body, headers=own) as response:
            return response.status, await response.text()

    def feed(self) -> Any:
        return self.client.ws_connect(self.page.url + "feed", headers={"Origin": self.page.url.rstrip("/")})


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with Sandbox() as sandbox:
        one = World(sandbox)
        async with one.client, one.page:
            yield one


async def items(feed: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next item of that type."""
    while True:
        for item in await feed.receive_json(timeout=5):
            if item["type"] == kind:
                return dict(item)


async def test_a_browser_gets_everything_when_it_connects(world: World) -> None:
    general = world.sandbox.slack.room("general")
    await world.sandbox.slack.say(general, "before")
    world.sandbox.wire.record("slack", Direction.TO_BRIDGE, "hello")
    world.page.show_bridge(BridgeState.CONNECTED)

    async with world.feed() as feed:
        snapshot = await items(feed, "snapshot")

    slack, discord = snapshot["services"]
    assert (slack["service"], slack["mention"], discord["service"]) == ("slack", "@bridge", "discord")
    assert "general" in [room["name"] for room in discord["rooms"]]
    assert [message["text"] for message in slack["messages"]] == ["before"]
    assert snapshot["guides"]["slack"]["general"]["about"] == "echo answers"
    assert snapshot["bridge"] == {"type": "bridge", "state": "connected", "text": "", "restartable": True}
    assert "hello" in [item["kind"] for item in snapshot["wire"]]


async def test_what_is_typed_reaches_the_platform_and_comes_back(world: World) -> None:
    general = world.sandbox.slack.room("general")
    async with world.feed() as feed:
        await items(feed, "snapshot")
        status, _ = await world.post("say", {"service": "slack", "room": general, "text": "@bridge hello"})
        change = await items(feed, "change")

    assert status == 200
    assert (change["kind"], change["message"]["text"], change["message"]["author"]) == (
        "posted",
        "@bridge hello",
        "Ada",
    )
    assert [shown.text for shown in world.sandbox.slack.shown(general)] == ["@bridge hello"]


async def test_the_state_of_the_bridge_is_shown(world: World) -> None:
    async with world.feed() as feed:
        await items(feed, "snapshot")
        world.page.show_bridge(BridgeState.STOPPED, "exit code 1")
        item = await items(feed, "bridge")

    assert (item["state"], item["text"]) == ("stopped", "exit code 1")


async def test_the_button_restarts_the_bridge(world: World) -> None:
    status, _ = await world.post("restart", {})

    assert (status, world.restarts) == (200, 1)


async def test_without_a_bridge_there_is_nothing_to_restart(world: World) -> None:
    async with Page(world.sandbox.people, world.sandbox.wire) as page:
        origin = {"Origin": page.url.rstrip("/")}
        async with world.client.post(page.url + "restart", json={}, headers=origin) as response:
            assert response.status == 404


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (["no object"], 400, "expected service, room and text"),
        ({"service": "slack", "room": "general"}, 400, "expected service, room and text"),
        ({"service": "irc", "room": "general", "text": "hello"}, 404, "There is no irc here"),
        ({"service": "slack", "room": "C-unknown", "text": "hello"}, 422, "no room"),
        ({"service": "slack", "room": "general", "text": "  \n"}, 422, "Write between 1 and 40,000 characters"),
    ],
)
async def test_refuses_what_makes_no_sense(world: World, body: Any, status: int, reason: str) -> None:
    answer = await world.post("say", body)

    assert answer[0] == status
    assert reason in answer[1]


async def test_a_refusal_of_the_platform_is_told(world: World) -> None:
    rooms = world.sandbox.discord.rooms()

    status, text = await world.post("say", {"service": "discord", "room": rooms[0].id, "text": "x" * 2001})

    assert status == 422
    assert "2000" in text


@pytest.mark.parametrize("path", ["say", "restart"])
async def test_another_web_site_cannot_write(world: World, path: str) -> None:
    status, _ = await world.post(path, {}, Origin="https://elsewhere.example")

    assert (status, world.restarts) == (403, 0)


async def test_another_web_site_cannot_read(world: World) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await world.client.ws_connect(world.page.url + "feed", headers={"Origin": "https://elsewhere.example"})


async def test_another_name_for_this_address_is_refused(world: World) -> None:
    async with world.client.get(world.page.url, headers={"Host": "rebound.example"}) as response:
        assert response.status == 403


@pytest.mark.parametrize("path", ["", "static/js/main.js", "static/css/base.css", "static/icons/bridge.svg"])
async def test_the_browser_runs_only_the_pages_own_files(world: World, path: str) -> None:
    async with world.client.get(world.page.url + path) as response:
        assert response.status == 200
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_is_for_this_computer_alone(world: World) -> None:
    with pytest.raises(ValueError, match="not a loopback address"):
        Page(world.sandbox.people, world.sandbox.wire, host="0.0.0.0")


async def test_a_taken_port_is_an_error(world: World) -> None:
    port = int(world.page.url.rstrip("/").rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        async with Page(world.sandbox.people, world.sandbox.wire, port=port):
            raise AssertionError("unreachable")
