"""The fake Slack's own promises: people, redelivery, limits, tickets."""

from __future__ import annotations

import aiohttp
import pytest

from bridge.testing import eventually
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.slack.limits import Limit
from bridge_sandbox.view import Change, ChangeKind, RoomKind
from bridge_sandbox.wire import Wire
from tests.integration.slack.adapter import Core, connected


async def call(slack: FakeSlack, method: str, **arguments: str) -> tuple[int, dict[str, object], str | None]:
    """A bare call with the bot's token: status, body, Retry-After."""
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(slack.api_url + method, data=arguments) as answer,
    ):
        return answer.status, await answer.json(), answer.headers.get("Retry-After")


async def test_people_see_rooms_threads_and_changes(slack: FakeSlack) -> None:
    changes: list[Change] = []
    stop = slack.watch(changes.append)
    room = slack.room("general")
    asked = await slack.say(room, "Is *this* it, @Grace? See #help & https://a.test")
    await slack.say(f"{room}:{asked.id}", "yes", author="Grace")
    await slack.edit(room, asked.id, "Was this it?")
    stop()
    await slack.delete(room, asked.id)
    assert asked.text == "Is *this* it, @Grace? See #help & https://a.test"
    assert [change.kind for change in changes] == [
        ChangeKind.POSTED,
        ChangeKind.ROOM,
        ChangeKind.POSTED,
        ChangeKind.EDITED,
    ]
    [thread] = [found for found in slack.rooms() if found.kind is RoomKind.THREAD]
    assert (thread.id, thread.parent) == (f"{room}:{asked.id}", room)
    [tombstone, reply] = slack.shown(thread.id)
    assert (tombstone.deleted, tombstone.text) == (True, "This message was deleted.")
    assert (reply.deleted, reply.text) == (False, "yes")


async def test_nobody_writes_in_the_dm_of_somebody_else(slack: FakeSlack) -> None:
    with pytest.raises(ValueError, match="direct"):
        await slack.say(slack.direct("Ada"), "hello", author="Grace")
    assert (await slack.say(slack.direct("Grace"), "hello", author="Grace")).author == "Grace"


async def test_an_unknown_room_is_named(slack: FakeSlack) -> None:
    with pytest.raises(KeyError, match="C0NOWHERE"):
        await slack.say("C0NOWHERE", "hello")


async def test_a_redelivered_message_is_equal_but_for_the_event(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        asked = await slack.say(slack.direct(), "once")
        slack.redeliver(slack.direct(), asked.id)
        await eventually(lambda: len(core.messages) == 2)
    first, second = core.messages
    assert first.event_id != second.event_id
    assert first.id == second.id


@pytest.mark.parametrize("scale", [0.001])
async def test_an_event_that_nobody_acknowledges_is_given_up_in_the_end(slack: FakeSlack) -> None:
    await slack.say(slack.direct(), "is anybody there?")
    await eventually(lambda: slack.sockets.lost)
    assert slack.unacked == 1


async def test_limits_are_kept_per_channel_and_refill(wire: Wire) -> None:
    limits = {"chat.postMessage": Limit(2, 60, per_channel=True)}
    async with FakeSlack(wire, limits=limits, scale=0.1) as slack:
        general, elsewhere = slack.room("general"), slack.room("help")

        async def post(channel: str) -> tuple[int, dict[str, object], str | None]:
            return await call(slack, "chat.postMessage", channel=channel, text="x")

        first = [await post(general) for _ in range(3)]
        other = await post(elsewhere)
        assert [status for status, _, _ in first] == [200, 200, 429]
        assert first[2][1]["error"] == "ratelimited"
        assert 0 < float(str(first[2][2])) <= 0.1
        assert other[0] == 200

        async def refilled() -> bool:
            return (await post(general))[0] == 200

        await eventually(refilled)


async def test_a_ticket_works_once(slack: FakeSlack) -> None:
    url = slack.api_url.replace("http", "ws").replace("/api/", f"/link/?ticket={slack.sockets.ticket()}")
    async with aiohttp.ClientSession() as http:
        async with http.ws_connect(url) as ws:
            assert (await ws.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url)


async def test_the_port_and_the_messages_outlive_an_outage(slack: FakeSlack) -> None:
    before = slack.api_url
    await slack.say(slack.room("general"), "kept")
    await slack.stop()
    await slack.start()
    assert slack.api_url == before
    assert [message.text for message in slack.shown(slack.room("general"))] == ["kept"]


async def test_the_same_seed_makes_the_same_workspace() -> None:
    one, two, three = FakeSlack(Wire(), seed=1), FakeSlack(Wire(), seed=1), FakeSlack(Wire(), seed=2)
    assert (one.bot_token, one.rooms()) == (two.bot_token, two.rooms())
    assert one.bot_token != three.bot_token
