"""The fake refuses what Discord refuses, with Discord's codes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bridge_sandbox.discord import FakeDiscord
from bridge_sandbox.discord.limits import Limits
from bridge_sandbox.view import Change, ChangeKind, RoomKind
from bridge_sandbox.wire import Direction, Wire


class Client:
    """Raw calls with the bot's token."""

    def __init__(self, fake: FakeDiscord, session: aiohttp.ClientSession) -> None:
        self.fake = fake
        self._session = session

    async def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {token or self.fake.token}"}
        async with self._session.request(method, self.fake.api_url + path, json=body, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, int]:
        status, answer = await self.call(method, path, body)
        return status, answer["code"]


@pytest.fixture
async def client(fake: FakeDiscord) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(fake, session)


@pytest.fixture
def general(fake: FakeDiscord) -> str:
    return f"/channels/{fake.people.room('general').id}"


async def test_calls_are_refused_as_discord_refuses_them(client: Client, general: str) -> None:
    fake, messages = client.fake, f"{general}/messages"
    question = await fake.say(fake.people.room("general").id, "hello")
    theirs = f"{messages}/{question.id}"
    assert (await client.call("GET", "/users/@me", token="nonsense"))[0] == 401
    assert await client.refused("GET", "/nothing") == (404, 0)
    assert await client.refused("GET", "/channels/1") == (404, 10003)
    assert await client.refused("GET", f"{messages}/1") == (404, 10008)
    assert await client.refused("POST", messages, {"content": "x" * 2001}) == (400, 50035)
    assert await client.refused("POST", messages, {"content": " \n"}) == (400, 50006)
    assert await client.refused("POST", messages, {"content": "x", "nonce": "n" * 26}) == (400, 50035)
    assert await client.refused("PATCH", theirs, {"content": "mine now"}) == (403, 50005)
    assert await client.refused("POST", f"{theirs}/threads", {"name": "n" * 101}) == (400, 50035)
    assert (await client.call("POST", f"{theirs}/threads", {"name": "one"}))[0] == 201
    assert await client.refused("POST", f"{theirs}/threads", {"name": "two"}) == (400, 160004)
    forum = fake.people.room("questions").id
    assert await client.refused("POST", f"/channels/{forum}/messages", {"content": "x"}) == (400, 50008)


async def test_permissions_are_missed(client: Client, general: str) -> None:
    fake = client.fake
    fake.deny("SEND_MESSAGES", room=fake.people.room("general").id)
    assert await client.refused("POST", f"{general}/messages", {"content": "x"}) == (403, 50013)
    assert await client.refused("POST", f"{general}/typing") == (403, 50013)
    fake.deny("VIEW_CHANNEL", room=fake.people.room("general").id)
    assert await client.refused("GET", general) == (403, 50001)
    help_room = f"/channels/{fake.people.room('help').id}/messages"
    assert (await client.call("POST", help_room, {"content": "x"}))[0] == 200


async def test_archived_and_locked_threads(client: Client, general: str) -> None:
    world = client.fake.world
    thread = world.open_thread(world.channels[general.rpartition("/")[2]], "t", world.owner)
    path = f"/channels/{thread.id}/messages"
    _, posted = await client.call("POST", path, {"content": "x"})
    thread.archived = thread.locked = True
    assert await client.refused("PATCH", f"{path}/{posted['id']}", {"content": "y"}) == (400, 50083)
    assert await client.refused("POST", path, {"content": "y"}) == (400, 160005)
    thread.locked = False
    assert (await client.call("POST", path, {"content": "y"}))[0] == 200
    assert not thread.archived


async def test_a_nonce_is_enforced_and_not_stored(client: Client, general: str) -> None:
    body = {"content": "x", "nonce": "abc", "enforce_nonce": True}
    _, first = await client.call("POST", f"{general}/messages", body)
    _, again = await client.call("POST", f"{general}/messages", body)
    assert first["id"] == again["id"]
    assert first["nonce"] == "abc"
    _, page = await client.call("GET", f"{general}/messages")
    assert [message["id"] for message in page] == [first["id"]]
    assert "nonce" not in page[0]
    _, other = await client.call("POST", f"{general}/messages", {"content": "x", "nonce": "abc"})
    assert other["id"] != first["id"]


async def test_what_the_intent_hides_is_hidden_from_history_too(client: Client, general: str) -> None:
    fake, room = client.fake, client.fake.people.room("general").id
    fake.disallow_intent("MESSAGE_CONTENT")
    await fake.say(room, "private talk")
    await fake.say(room, "@bridge hello")
    _, page = await client.call("GET", f"{general}/messages")
    assert [message["content"] for message in page] == [f"<@{fake.world.bot.id}> hello", ""]


async def test_rate_limits_refuse_with_what_clients_need() -> None:
    limits = Limits(enabled=True, scale=0.5)
    verdicts = [limits.take("POST", "/channels/111111111111111111/messages") for _ in range(6)]
    assert [verdict.retry_after is None for verdict in verdicts] == [True] * 5 + [False]
    assert verdicts[4].headers["X-RateLimit-Remaining"] == "0"
    assert 0 < (verdicts[5].retry_after or 0) <= 2.5
    assert limits.take("POST", "/channels/222222222222222222/messages").retry_after is None
    assert limits.take("PATCH", "/channels/111111111111111111/messages/3").retry_after is None


async def test_people_see_rooms_messages_and_changes(fake: FakeDiscord) -> None:
    changes: list[Change] = []
    stop = fake.watch(changes.append)
    room = fake.people.room("general")
    said = await fake.say(room.id, "@bridge hello", author="Grace")
    assert (said.author, said.text, said.bot) == ("Grace", "@bridge hello", False)
    fake.people.edit(said.id, "@bridge good morning")
    fake.people.delete(said.id)
    stop()
    await fake.say(room.id, "unseen")
    assert [change.kind for change in changes] == [ChangeKind.POSTED, ChangeKind.EDITED, ChangeKind.DELETED]
    kinds = {one.name: one.kind for one in fake.rooms()}
    assert kinds["questions"] is RoomKind.FORUM
    assert kinds["bridge"] is RoomKind.DIRECT
    with pytest.raises(ValueError, match="2000"):
        await fake.say(room.id, "x" * 2001)
    with pytest.raises(LookupError):
        await fake.say("1", "nobody here")


async def test_the_gateway_closes_on_what_it_does_not_take(fake: FakeDiscord) -> None:
    identify = {"token": fake.token, "intents": 513, "properties": {}}
    cases: list[tuple[Any, int]] = [
        ("no json", 4002),
        ({"op": 99, "d": None}, 4002),
        ({"op": 3, "d": None}, 4003),
        ({"op": 2, "d": {**identify, "token": "nonsense"}}, 4004),
        ({"op": 2, "d": {**identify, "intents": -1}}, 4013),
        ({"op": 2, "d": {**identify, "intents": 2}}, 4014),
    ]
    fake.disallow_intent("GUILD_MEMBERS")
    async with aiohttp.ClientSession() as session:
        for frame, code in cases:
            async with session.ws_connect(fake.gateway_url) as ws:
                assert (await ws.receive_json())["op"] == 10
                await (ws.send_str(frame) if isinstance(frame, str) else ws.send_json(frame))
                closed = await ws.receive()
                assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, code)


async def test_the_wire_shows_what_went_over_it(client: Client, general: str, wire: Wire) -> None:
    await client.call("POST", f"{general}/messages", {"content": "hello"})
    shown = [(item.direction, item.kind, item.summary) for item in wire.recent]
    assert shown == [
        (Direction.FROM_BRIDGE, f"POST {general}/messages", "hello"),
        (Direction.TO_BRIDGE, f"200 POST {general}/messages", "hello"),
    ]
