"""The Socket Mode transport through everything that connections go through."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bridge import InstanceFailed, PlatformContext
from bridge.testing import eventually
from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.wire import Wire
from bridge_slack.socket_mode import SocketMode
from tests.integration.slack.adapter import INSTANCE, QUICK, Core, QuickClock, adapter, connected


async def test_a_refresh_replaces_every_connection_before_it_ends(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        for number in range(40):
            if number % 10 == 0:
                await slack.refresh()
            await slack.say(slack.direct(), str(number))
            assert slack.sockets.open
        await eventually(lambda: slack.sockets.connections >= 4)
        await eventually(lambda: slack.unacked == 0)
    assert sorted(int(message.text) for message in core.messages) == list(range(40))
    assert slack.sockets.lost == []
    assert not core.lost


async def test_an_event_is_acknowledged_on_the_connection_that_brought_it(slack: FakeSlack) -> None:
    core = Core(hold=asyncio.Event())
    async with connected(slack, core):
        await slack.say(slack.direct(), "hold on")
        await eventually(lambda: core.waiting == 1)
        before = set(slack.sockets.open)
        await slack.refresh()
        await eventually(lambda: len(slack.sockets.open) == 4)
        assert before <= set(slack.sockets.open)
        assert core.hold is not None
        core.hold.set()
        await eventually(lambda: slack.unacked == 0)
    assert len(slack.sockets.acked_by) == 1
    assert slack.sockets.acked_by <= before


async def test_nothing_is_acknowledged_before_it_is_durable(slack: FakeSlack) -> None:
    core = Core(hold=asyncio.Event())
    async with connected(slack, core):
        await slack.say(slack.direct(), "hold on")
        await eventually(lambda: core.waiting == 1)
        assert slack.unacked == 1
        assert core.hold is not None
        core.hold.set()
        await eventually(lambda: slack.unacked == 0)


@pytest.mark.parametrize("scale", [0.01])
async def test_lost_connections_come_back_and_what_was_said_meanwhile_arrives(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        slack.drop_sockets()
        await slack.say(slack.direct(), "are you there?")
        await eventually(lambda: core.messages)
        await slack.sockets.settled(2)
    assert core.lost
    assert core.state == "connected"


async def test_an_app_token_that_may_not_connect_is_not_connected_and_says_why(slack: FakeSlack) -> None:
    slack.faults.add(Fault("apps.connections.open", code="missing_scope", times=1000))
    core = Core()
    platform = adapter(slack, core)
    running = asyncio.create_task(platform.run(core.deliver))
    await eventually(lambda: core.lost)
    assert "missing_scope" in core.lost[-1]
    assert core.state == "connecting"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await platform.close()


async def test_each_attempt_has_a_ticket_of_its_own(slack: FakeSlack) -> None:
    slack.faults.add(Fault("/link/", Action.DROP, times=3))
    async with connected(slack, Core()):
        tickets = [name for name, _ in slack.calls if name == "apps.connections.open"]
        assert len(tickets) == 5


@QUICK
async def test_an_outage_is_waited_out(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        await slack.stop()
        await eventually(lambda: core.state == "connecting")
        await slack.start()
        await slack.sockets.settled(2)
        await slack.say(slack.direct(), "back again")
        await eventually(lambda: core.messages)


async def test_a_slack_that_is_down_at_the_start_is_waited_for(slack: FakeSlack) -> None:
    core = Core()
    platform = adapter(slack, core)
    await slack.stop()
    running = asyncio.create_task(platform.run(core.deliver))
    await eventually(lambda: core.lost)
    await slack.start()
    await slack.sockets.settled(2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await platform.close()


async def test_a_stop_finishes_and_acknowledges_what_is_being_stored(slack: FakeSlack) -> None:
    core = Core(hold=asyncio.Event())
    platform = adapter(slack, core)
    running = asyncio.create_task(platform.run(core.deliver))
    await slack.sockets.settled(2)
    await slack.say(slack.direct(), "last words")
    await eventually(lambda: core.waiting == 1)
    running.cancel()
    _, unfinished = await asyncio.wait({running}, timeout=0.05)
    assert unfinished == {running}
    assert core.hold is not None
    core.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    await eventually(lambda: slack.unacked == 0)
    assert [message.text for message in core.messages] == ["last words"]
    assert not core.lost
    await platform.close()


@pytest.mark.parametrize("token", ["bot_token", "app_token"])
async def test_a_wrong_token_ends_the_instance_at_once(slack: FakeSlack, token: str) -> None:
    core = Core()
    wrong = {"bot_token": "xoxb-wrong", "app_token": "xapp-wrong"}
    platform = adapter(slack, core, **{token: wrong[token]})
    with pytest.raises(InstanceFailed, match="invalid_auth"):
        await platform.run(core.deliver)
    assert core.state == "failed"
    await platform.close()


async def test_revoked_tokens_end_the_instance(slack: FakeSlack) -> None:
    core = Core()
    platform = adapter(slack, core)
    running = asyncio.create_task(platform.run(core.deliver))
    await slack.sockets.settled(2)
    slack.revoke()
    with pytest.raises(InstanceFailed, match="token_revoked"):
        await running
    await platform.close()


async def test_an_uninstalled_app_ends_the_instance_though_its_sockets_live(slack: FakeSlack) -> None:
    core = Core()
    platform = adapter(slack, core)
    running = asyncio.create_task(platform.run(core.deliver))
    await slack.sockets.settled(2)
    slack.faults.add(Fault("auth.test", code="account_inactive"))
    slack.send({"type": "app_uninstalled"})
    with pytest.raises(InstanceFailed, match="account_inactive"):
        await running
    await platform.close()


async def test_another_users_revoked_token_changes_nothing(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        slack.send({"type": "tokens_revoked", "tokens": {"oauth": ["U0OTHER"]}})
        await eventually(lambda: slack.unacked == 0)
        await slack.say(slack.direct(), "still here?")
        await eventually(lambda: core.messages)


@asynccontextmanager
async def transport(
    slack: FakeSlack, core: Core, *, speed: float = 1.0, heartbeat: float = 10.0
) -> AsyncIterator[None]:
    """The transport alone, its waits shortened by `speed`."""

    async def ticket() -> str:
        return (await opened(http, slack))["url"]

    async def handle(envelope: Mapping[str, Any]) -> bool:
        return True

    async with aiohttp.ClientSession() as http:
        context = PlatformContext(INSTANCE, QuickClock(speed), core.observe, core.report, core.miss)
        mode = SocketMode(http, ticket, handle, context, heartbeat=heartbeat)
        running = asyncio.create_task(mode.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_a_connection_that_has_gone_silent_is_noticed_and_replaced(slack: FakeSlack) -> None:
    core = Core()
    async with transport(slack, core, heartbeat=0.1, speed=20):
        await eventually(lambda: core.state == "connected")
        slack.sockets.silent = True
        await eventually(lambda: core.state == "connecting")
        slack.sockets.silent = False
        await eventually(lambda: core.state == "connected")
    assert core.missed == 1


async def test_after_a_long_interruption_the_history_is_wanted(slack: FakeSlack) -> None:
    core = Core()
    async with transport(slack, core, heartbeat=0.1, speed=200):
        await eventually(lambda: core.state == "connected")
        assert core.missed == 1
        slack.sockets.silent = True
        await eventually(lambda: core.state == "connecting")
        began = time.monotonic()
        await eventually(lambda: time.monotonic() - began > 0.3)
        slack.sockets.silent = False
        await eventually(lambda: core.state == "connected")
        assert core.missed == 2


async def test_too_many_connections_are_not_answered_with_a_storm_of_attempts(slack: FakeSlack, wire: Wire) -> None:
    async with aiohttp.ClientSession() as http:
        taken = [await http.ws_connect((await opened(http, slack))["url"]) for _ in range(10)]
        core = Core()
        async with transport(slack, core, speed=20):
            await eventually(lambda: any("ten connections" in reason for _, reason in core.health))
            refused = sum(item.summary == "too_many_websockets" for item in wire.recent)
            assert refused <= 4
            for ws in taken:
                await ws.close()
            await eventually(lambda: core.state == "connected")


async def test_a_switched_off_socket_mode_ends_the_instance(slack: FakeSlack) -> None:
    core = Core()
    platform = adapter(slack, core)
    running = asyncio.create_task(platform.run(core.deliver))
    await slack.sockets.settled(2)
    await slack.refresh("link_disabled")
    async with asyncio.timeout(10):
        with pytest.raises(InstanceFailed, match="switched off"):
            await running
    assert [state for state, _ in core.health].count("failed") == 1
    await platform.close()


async def test_a_slack_that_hangs_up_at_once_is_not_stormed(slack: FakeSlack) -> None:
    slack.sockets.hang_up = True
    core = Core()
    async with transport(slack, core):
        began = time.monotonic()
        await eventually(lambda: time.monotonic() - began > 3)
        assert 2 <= slack.sockets.connections <= 16


async def opened(http: aiohttp.ClientSession, slack: FakeSlack) -> dict[str, str]:
    """A ticket, as anybody with the app token gets it."""
    headers = {"Authorization": f"Bearer {slack.app_token}"}
    async with http.post(slack.api_url + "apps.connections.open", headers=headers) as answer:
        found: dict[str, str] = await answer.json()
        return found
