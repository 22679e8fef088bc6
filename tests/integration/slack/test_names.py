"""Names of channels and people: looked up once, and never in the way of an event."""

from __future__ import annotations

import pytest

from bridge import SystemClock
from bridge.testing import eventually
from bridge_sandbox.faults import Fault
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.wire import Wire
from tests.integration.slack.adapter import QUICK, Core, connected


async def test_a_name_is_looked_up_once(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        for number in range(5):
            await slack.say(slack.room("help"), f"{slack.bot_mention} {number}")
        await eventually(lambda: len(core.messages) == 10)
    assert {message.channel.name for message in core.messages} == {"help"}
    calls = [name for name, _ in slack.calls]
    assert calls.count("conversations.info") == 1
    assert calls.count("users.info") == 1
    assert calls.count("auth.test") == 1


@QUICK
async def test_an_event_whose_channel_cannot_be_named_now_comes_again(slack: FakeSlack) -> None:
    core = Core()
    slack.faults.add(Fault("conversations.info", status=503))
    async with connected(slack, core):
        await slack.say(slack.room("help"), "which route is mine?")
        await eventually(lambda: slack.unacked == 0)
    assert [message.channel.name for message in core.messages] == ["help"]


async def test_without_the_scope_for_names_events_arrive_without_them(wire: Wire) -> None:
    core = Core()
    async with FakeSlack(wire, scopes={"chat:write"}) as slack, connected(slack, core):
        await slack.say(slack.room("help"), "hello")
        await eventually(lambda: slack.unacked == 0)
    [message] = core.messages
    assert message.channel.name is None
    assert message.author.name == message.author.id


async def test_a_person_who_cannot_be_named_is_called_by_their_id(slack: FakeSlack) -> None:
    core = Core()
    slack.faults.add(Fault("users.info", status=503))
    async with connected(slack, core):
        await slack.say(slack.direct(), "hello")
        await slack.say(slack.direct(), "hello again")
        await eventually(lambda: len(core.messages) == 2)
    ada = slack.workspace.person("Ada").id
    assert {message.author.id for message in core.messages} == {ada}
    assert {message.author.name for message in core.messages} <= {ada, "Ada"}


@pytest.mark.parametrize("scale", [0.01])
async def test_what_slack_brings_no_more_is_looked_for(slack: FakeSlack) -> None:
    core = Core()
    slack.faults.add(Fault("conversations.info", status=503, times=100))
    async with connected(slack, core):
        assert core.missed == 1
        await slack.say(slack.room("help"), "which route is mine?")
        await eventually(lambda: slack.sockets.lost, timeout=60)
        assert core.missed > 1
    assert not core.messages


class Ahead(SystemClock):
    """A clock that can be put forward."""

    seconds = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.seconds


async def test_a_name_that_cannot_be_looked_up_now_is_taken_to_be_what_it_was(slack: FakeSlack) -> None:
    clock = Ahead()
    core, channel = Core(clock=clock), slack.room("help")
    async with connected(slack, core):
        await slack.say(channel, "one")
        await eventually(lambda: len(core.messages) == 1)
        clock.seconds = 3601
        slack.faults.add(Fault("conversations.info", status=503, times=100))
        await slack.say(channel, "two")
        await eventually(lambda: len(core.messages) == 2)
    assert {message.channel.name for message in core.messages} == {"help"}
    assert not slack.unacked
