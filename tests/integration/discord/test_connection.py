"""The gateway connection: what breaks it, what mends it, and what cannot be mended."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from bridge import ConfigError, InstanceFailed, Message
from bridge.testing import eventually
from bridge.testing.contracts import Inbox
from bridge_discord.intake import BOUND
from bridge_sandbox.discord import FakeDiscord
from bridge_sandbox.faults import Fault
from bridge_sandbox.wire import Wire
from tests.integration.discord.side import SHORT, Side


@pytest.mark.parametrize(
    "trouble",
    [
        FakeDiscord.drop_gateway,
        FakeDiscord.reconnect,
        lambda fake: fake.invalidate(resumable=True),
        lambda fake: fake.close_gateway(4000),
        lambda fake: fake.close_gateway(1000),
    ],
    ids=["cut", "reconnect", "invalid but resumable", "4000", "1000"],
)
async def test_a_session_goes_on_without_loss_or_doubles(
    side: Side, inbox: Inbox, trouble: Callable[[FakeDiscord], None]
) -> None:
    await side.say("before", mention=True)
    assert (await inbox.message()).text == "before"
    trouble(side.fake)
    await side.say("meanwhile", mention=True)
    await eventually(lambda: side.fake.gateway.counts.resumes == 1)
    await side.say("after", mention=True)
    assert [(await inbox.message()).text for _ in range(2)] == ["meanwhile", "after"]
    await eventually(lambda: len(inbox.events) == 3)
    assert side.fake.gateway.counts.identifies == 1
    assert side.health[-1] == ("connected", "")


async def test_a_lost_session_is_started_anew(side: Side, inbox: Inbox) -> None:
    side.fake.drop_gateway(resumable=False)
    await eventually(lambda: side.fake.gateway.counts.identifies == 2)
    await side.say("hello again", mention=True)
    assert (await inbox.message()).text == "hello again"


async def test_a_malformed_event_is_skipped(side: Side, inbox: Inbox) -> None:
    malformed: list[object] = [{}, {"id": "1"}, [], None, {"author": {}}]
    for broken in malformed:
        side.fake.send_raw("MESSAGE_CREATE", broken)
        side.fake.send_raw("GUILD_CREATE", broken)
    side.fake.send_raw(
        "MESSAGE_CREATE", {"id": "1", "channel_id": side.room("general"), "author": {"id": "7"}, "type": 0}
    )
    await side.say("still there", mention=True)
    assert (await inbox.message()).text == "still there"
    assert side.fake.gateway.counts.connects == 1


async def test_a_malformed_ready_starts_a_new_client(side: Side, inbox: Inbox) -> None:
    side.fake.send_raw("READY", {})
    await eventually(lambda: side.fake.gateway.counts.identifies == 2)
    await side.fake.wait_connected()
    await side.say("hello", mention=True)
    assert (await inbox.message()).text == "hello"


async def test_a_gateway_that_is_not_there_yet_is_waited_for(side: Side) -> None:
    inbox = Inbox()
    await side.fake.stop()
    running = asyncio.create_task(side.platform.run(inbox.deliver))
    await eventually(lambda: [state for state, _ in side.health].count("connecting") >= 3)
    assert all(reason for _, reason in side.health[1:]), "operators see why for as long as it lasts"
    await side.fake.start()
    await side.fake.wait_connected()
    await side.say("finally", mention=True)
    assert (await inbox.message()).text == "finally"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_an_outage_is_survived(side: Side, inbox: Inbox) -> None:
    await side.fake.stop()
    await eventually(lambda: side.health[-1][0] == "connecting")
    await side.fake.start()
    await side.fake.wait_connected()
    await side.say("back", mention=True)
    assert (await inbox.message()).text == "back"


async def test_a_dead_connection_is_noticed(fake: FakeDiscord) -> None:
    fake.gateway.heartbeat = 0.05
    side, inbox = Side(fake), Inbox()
    running = asyncio.create_task(side.platform.run(inbox.deliver))
    await side.ready()
    fake.deaf()
    await side.say("who hears this?", mention=True)
    assert (await inbox.message()).text == "who hears this?"
    assert fake.gateway.counts.resumes >= 1
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await side.platform.close()


async def test_heartbeats_without_an_answer_are_noticed_though_events_come(fake: FakeDiscord) -> None:
    fake.gateway.heartbeat = 0.1
    side = Side(fake)
    running = asyncio.create_task(side.platform.run(Inbox().deliver))
    await side.ready()
    fake.gateway.acks = False

    async def talk() -> bool:
        await side.say("small talk")
        return fake.gateway.counts.resumes >= 1

    await eventually(talk)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await side.platform.close()


async def test_a_gateway_that_hangs_up_at_once_is_not_stormed(fake: FakeDiscord) -> None:
    fake.gateway.hang_up = True
    side = Side(fake)
    running = asyncio.create_task(side.platform.run(Inbox().deliver))
    await eventually(lambda: fake.gateway.counts.connects >= 5)
    began, before = asyncio.get_running_loop().time(), fake.gateway.counts.connects
    await eventually(lambda: fake.gateway.counts.connects >= before + 5)
    assert asyncio.get_running_loop().time() - began >= 5 * SHORT.last_delay / 2
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await side.platform.close()


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013])
async def test_what_no_retry_can_help_ends_the_instance(side: Side, code: int) -> None:
    running = asyncio.create_task(side.platform.run(Inbox().deliver))
    await side.ready()
    side.fake.close_gateway(code)
    async with asyncio.timeout(10):
        with pytest.raises(InstanceFailed, match="Discord"):
            await running


async def test_a_token_that_is_revoked_while_running_ends_the_instance(side: Side) -> None:
    running = asyncio.create_task(side.platform.run(Inbox().deliver))
    await side.ready()
    side.fake.world.token = "another"
    with pytest.raises(InstanceFailed):
        await side.platform.channels(None)
    async with asyncio.timeout(10):
        with pytest.raises(InstanceFailed, match="token"):
            await running


async def test_a_server_that_refuses_to_be_listed_holds_up_no_other(side: Side) -> None:
    running = asyncio.create_task(side.platform.run(Inbox().deliver))
    await side.ready()
    side.fake.faults.add(Fault("GET /guilds/*", status=403, code=50001))
    found, page = await side.platform.channels(None)
    assert not found
    assert page is not None
    running.cancel()


async def test_a_refused_token_is_not_tried_again(fake: FakeDiscord, wire: Wire) -> None:
    side = Side(fake, token="wrong")
    async with asyncio.timeout(10):
        with pytest.raises(InstanceFailed, match="token"):
            await side.platform.run(Inbox().deliver)
    await side.platform.close()
    assert fake.gateway.counts.connects == 0
    assert "wrong" not in str([item for item in wire.recent if item.kind.startswith("401")])


async def test_without_the_message_content_intent_only_mentions_are_read(side: Side) -> None:
    side.fake.disallow_intent("MESSAGE_CONTENT")
    inbox = Inbox()
    running = asyncio.create_task(side.platform.run(inbox.deliver))
    await eventually(lambda: side.health and side.health[-1][0] == "degraded")
    await side.say("a question", mention=True)
    await side.say("nothing for you")
    await side.say("and here", direct=True)
    mention, hidden, direct = [await inbox.message() for _ in range(3)]
    assert (mention.text, mention.withheld) == ("a question", False)
    assert (hidden.text, hidden.withheld) == ("", True)
    assert (direct.text, direct.withheld) == ("and here", False)
    assert "Message Content" in side.health[-1][1]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_store_that_stays_away_gets_every_event_in_order(side: Side, inbox: Inbox) -> None:
    inbox.refusing = 5
    for number in range(20):
        await side.say(f"question {number}", mention=True)
    texts = [(await inbox.message()).text for _ in range(20)]
    assert texts == [f"question {number}" for number in range(20)]
    assert {message.text for message in inbox.refused if isinstance(message, Message)} == {"question 0"}


async def test_too_much_waiting_drops_the_connection_and_the_history_has_the_rest(side: Side, inbox: Inbox) -> None:
    inbox.refusing = sys.maxsize
    for number in range(BOUND + 50):
        await side.say(f"message {number}")
    await eventually(lambda: not side.fake.gateway.connected)
    inbox.refusing = 0
    delivered = [await inbox.message() for _ in range(BOUND)]
    assert [message.text for message in delivered] == [f"message {number}" for number in range(BOUND)]
    await eventually(lambda: side.fake.gateway.counts.identifies == 2 and side.health[-1][0] == "connected")
    assert side.missed == 2
    missed, _ = await side.platform.history(side.place(), delivered[-1].sent_at, None)
    texts = [message.text for message in missed if message.id not in {one.id for one in delivered}]
    assert texts == [f"message {number}" for number in range(BOUND, BOUND + 50)]
    await side.say("and on it goes")
    assert (await inbox.message()).text == "and on it goes"


async def test_another_api_address_in_the_same_process_ends_the_second_instance(side: Side, inbox: Inbox) -> None:
    other_fake = FakeDiscord(Wire())
    await other_fake.start()
    other = Side(other_fake)
    async with asyncio.timeout(10):
        with pytest.raises(ConfigError, match="share one api_url"):
            await other.platform.run(Inbox().deliver)
    await other.platform.close()
    await other_fake.stop()
