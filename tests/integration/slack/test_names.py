"""Names of channels and people: looked up once, and never in the way of an event."""

from __future__ import annotations

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
