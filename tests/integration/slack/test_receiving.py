"""What people do in Slack reaches the core, once durable it is acknowledged, and only then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge import Deleted, Edited, Part, StoreBusy, Surface
from bridge.testing import eventually
from bridge_sandbox.slack import FakeSlack
from tests.integration.slack.adapter import QUICK, Core, connected, thread


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


@QUICK
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


async def test_the_bot_hears_nothing_of_itself_but_that_it_was_deleted(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core) as platform:
        place = thread(slack, slack.direct())
        ref = await platform.post(place, Part("hello"), "marker-1")
        await platform.edit(ref, Part("hello, Ada"))
        await eventually(lambda: slack.unacked == 0)
        assert core.events == []
        await platform.delete(ref)
        await eventually(lambda: core.events)
        await eventually(lambda: slack.unacked == 0)
    [deleted] = core.events
    assert isinstance(deleted, Deleted)
    assert (deleted.id, deleted.thread.channel) == (ref.id, place.channel)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "something_new"},
        {"type": "message", "subtype": "channel_topic", "user": "U0ADA", "channel": "C0", "ts": "1.0", "topic": "x"},
        {"type": "message", "user": "U0ADA", "text": "without ts and channel"},
        {"type": "message", "user": "U0ADA", "text": "odd", "ts": "odd", "channel": "C0"},
        {"type": "message"},
    ],
)
async def test_what_is_nothing_or_unreadable_is_acknowledged(slack: FakeSlack, event: dict[str, str]) -> None:
    core = Core()
    async with connected(slack, core):
        slack.send(event)
        await eventually(lambda: slack.unacked == 0)
    assert core.events == []
    assert slack.sockets.lost == []


@QUICK
async def test_a_failure_of_our_own_is_not_acknowledged_either(slack: FakeSlack) -> None:
    core = Core(refuse=[RuntimeError("a mistake in the core")])
    async with connected(slack, core):
        await slack.say(slack.direct(), "keep this")
        await eventually(lambda: slack.unacked == 0)
    assert [message.text for message in core.messages] == ["keep this"]


async def test_files_and_broadcasts_arrive(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        room = slack.room("general")
        asked = await slack.say(room, "look", files=[{"id": "F0ONE", "name": "plan.pdf", "size": 7}])
        await slack.say(f"{room}:{asked.id}", "everybody look", broadcast=True)
        await eventually(lambda: len(core.messages) == 2)
    [look] = [message for message in core.messages if message.text == "look"]
    [broadcast] = [message for message in core.messages if message.text == "everybody look"]
    assert [(file.id, file.name, file.size) for file in look.attachments] == [("F0ONE", "plan.pdf", 7)]
    assert broadcast.thread == look.thread


async def test_a_private_channel_is_a_channel(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        await slack.say(slack.room("team-internal"), "between us")
        await eventually(lambda: core.messages)
    [message] = core.messages
    assert not message.direct
    assert message.channel.name == "team-internal"


async def test_in_an_agent_a_direct_message_begins_a_thread(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core, agent=True) as platform:
        asked = await slack.say(slack.direct(), "hello")
        await eventually(lambda: core.messages)
        await platform.post(core.messages[0].thread, Part("hello, Ada"), "marker-1")
    assert [message.text for message in slack.shown(f"{slack.direct()}:{asked.id}")] == ["hello", "hello, Ada"]


async def test_variables_that_bolt_reads_change_nothing(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "from-the-environment")
    core = Core()
    async with connected(slack, core):
        await slack.say(slack.direct(), "hello")
        await eventually(lambda: slack.unacked == 0)
    assert [message.text for message in core.messages] == ["hello"]
    assert caplog.messages == []


@pytest.mark.parametrize("scale", [0.001])
async def test_what_is_no_event_is_left_to_slack(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core):
        slack.sockets.deliver([{"type": "block_actions", "event_id": "Ev0NONE", "user": {"id": "U0ADA"}}])
        await eventually(lambda: slack.sockets.lost)
    assert core.events == []


async def test_history_skips_what_makes_no_sense(slack: FakeSlack) -> None:
    room, core = slack.room("general"), Core()
    async with connected(slack, core) as platform:
        posted = [await slack.say(room, text) for text in ("one", "two", "three")]
        await eventually(lambda: len(core.messages) == 3)
        slack.workspace.conversations[room].messages[posted[1].id].files = [{}]
        place = core.messages[0].in_channel
        assert place is not None
        found, _ = await platform.history(place, core.messages[0].sent_at - timedelta(minutes=1), None)
    assert sorted(message.text for message in found) == ["one", "three"]
