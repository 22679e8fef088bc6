"""What people do in Slack reaches the core, once durable it is acknowledged, and only then."""

from __future__ import annotations

from bridge import Deleted, Edited, StoreBusy, Surface
from bridge.testing import eventually
from bridge_sandbox.slack import FakeSlack
from tests.integration.slack.adapter import Core, connected


async def test_a_mention_arrives_twice_and_both_are_equal_but_for_the_event(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        asked = await slack.say(slack.room("help"), f"{slack.bot_mention} how do I *reset* it, @Grace? a < b")
        await eventually(lambda: len(core.messages) == 2)
        await eventually(lambda: slack.unacked == 0)
    first, second = core.messages
    assert first.event_id != second.event_id
    assert {name: getattr(first, name) for name in first.__slots__ if name != "event_id"} == {
        name: getattr(second, name) for name in second.__slots__ if name != "event_id"
    }
    assert first.text == "how do I **reset** it, @Grace? a < b"
    assert first.mentions_bot
    assert first.starts
    assert not first.direct
    assert (first.channel.name, first.workspace.name, first.author.name) == ("help", "Sandbox", "Ada")
    assert (first.thread.id, first.thread.surface) == (asked.id, Surface.THREAD)


async def test_a_follow_up_belongs_to_the_thread_of_its_root(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        room = slack.room("general")
        asked = await slack.say(room, "one")
        await slack.say(f"{room}:{asked.id}", "two", author="Grace")
        await eventually(lambda: len(core.messages) == 2)
    [follow_up] = [message for message in core.messages if message.text == "two"]
    assert follow_up.thread.id == asked.id
    assert follow_up.reply_to == asked.id
    assert not follow_up.starts
    assert not follow_up.mentions_bot
    assert follow_up.author.name == "Grace"


async def test_a_top_level_direct_message_is_part_of_one_conversation(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        asked = await slack.say(slack.direct(), "hello")
        await eventually(lambda: len(core.messages) == 1)
    [message] = core.messages
    assert message.direct
    assert (message.thread.id, message.thread.surface) == (slack.direct(), Surface.DIRECT)
    assert message.in_thread is not None
    assert message.in_thread.id == asked.id
    assert message.in_channel == message.thread


async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(slack: FakeSlack) -> None:
    core = Core(refuse=[StoreBusy()])
    async with connected(slack, core):
        await slack.say(slack.direct(), "keep this")
        await eventually(lambda: len(core.messages) == 1)
        await eventually(lambda: slack.unacked == 0)
    assert [message.text for message in core.messages] == ["keep this"]
    assert slack.sockets.lost == []


async def test_edits_and_deletions_of_people_arrive(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        room = slack.room("general")
        asked = await slack.say(room, "teh question")
        await slack.edit(room, asked.id, "the question")
        await slack.delete(room, asked.id)
        await eventually(lambda: len(core.events) == 3)
    [edited] = [event for event in core.events if isinstance(event, Edited)]
    [deleted] = [event for event in core.events if isinstance(event, Deleted)]
    assert (edited.id, edited.text, edited.thread) == (asked.id, "the question", core.messages[0].thread)
    assert (deleted.id, deleted.thread) == (asked.id, core.messages[0].thread)
