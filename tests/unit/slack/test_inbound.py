from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge import Deleted, Edited, Event, EventId, InstanceName, Message, Surface
from bridge_slack import inbound
from bridge_slack.inbound import Names
from tests.unit.slack.callbacks import ME, callback, changed, deleted, written

NAMES = Names({"U0ADA": "Ada", "U0GRACE": "Grace"}, "help")


def parse(event: dict[str, Any], *, agent: bool = False, **beside: Any) -> Event | None:
    """What the adapter makes of an event."""
    subject = inbound.read(callback(event, **beside), ME)
    if subject is None:
        return None
    return inbound.build(subject, ME, NAMES, InstanceName("slack"), agent=agent)


def message(event: dict[str, Any], *, agent: bool = False) -> Message:
    """The same, where it must be a message."""
    found = parse(event, agent=agent)
    assert isinstance(found, Message)
    return found


def test_a_message_in_a_channel() -> None:
    found = message(written("so, <@U0GRACE>: 1 &lt; 2?"))
    assert found.text == "so, @Grace: 1 < 2?"
    assert found.sent_at == datetime.fromtimestamp(1763000000.0001, UTC)
    assert (found.workspace.id, found.workspace.name) == ("T0TEAM", "Acme")
    assert (found.channel.id, found.channel.name) == ("C0HELP", "help")
    assert (found.author.id, found.author.name) == ("U0ADA", "Ada")
    assert found.starts
    assert not found.mentions_bot
    assert not found.direct
    assert found.reply_to is None


def test_the_twins_of_a_mention_differ_in_their_event_id_only() -> None:
    as_message = message(written("<@U0BOT> hello", blocks=[{"type": "rich_text"}]))
    twin = {key: value for key, value in written("<@U0BOT> hello").items() if key != "channel_type"}
    as_mention = parse(twin | {"type": "app_mention"}, event_id="Ev0TWO")
    assert isinstance(as_mention, Message)
    assert replace(as_mention, event_id=EventId("Ev0ONE")) == as_message
    assert as_mention.event_id == "Ev0TWO"
    assert as_message.mentions_bot
    assert as_message.text == "hello"


def test_a_reply_belongs_to_its_thread_and_answers_the_root() -> None:
    found = message(written(thread_ts="1762999999.000001", parent_user_id="U0BOT"))
    assert (found.thread.id, found.thread.surface) == ("1762999999.000001", Surface.THREAD)
    assert (found.in_thread, found.in_channel) == (None, None)
    assert found.reply_to == "1762999999.000001"
    assert not found.starts


def test_a_broadcast_reply_belongs_to_its_thread_too() -> None:
    root = {"ts": "1762999999.000001", "user": "U0BOT", "text": "root"}
    found = message(written(subtype="thread_broadcast", thread_ts="1762999999.000001", root=root))
    assert found.thread.id == "1762999999.000001"


def test_at_the_top_of_a_channel_either_placement_is_offered() -> None:
    found = message(written())
    assert found.thread == found.in_thread
    assert found.in_thread is not None
    assert found.in_thread.surface is Surface.THREAD
    assert found.in_channel is not None
    assert found.in_channel.surface is Surface.CHANNEL


def test_a_direct_message_at_the_top_is_part_of_one_conversation() -> None:
    one = message(written(channel="D0ADA", channel_type="im"))
    two = message(written(channel="D0ADA", channel_type="im", ts="1763000001.000100"))
    assert one.direct
    assert one.thread == two.thread == one.in_channel
    assert one.thread.surface is Surface.DIRECT
    assert one.in_thread != two.in_thread


def test_a_direct_message_to_an_agent_begins_a_thread() -> None:
    found = message(written(channel="D0ADA", channel_type="im"), agent=True)
    assert (found.thread.id, found.thread.surface) == ("1763000000.000100", Surface.THREAD)
    assert found.thread == found.in_thread


def test_a_direct_message_in_a_thread_belongs_to_that_thread() -> None:
    found = message(written(channel="D0ADA", channel_type="im", thread_ts="1762999999.000001"))
    assert found.direct
    assert (found.thread.id, found.thread.surface) == ("1762999999.000001", Surface.THREAD)


def test_a_group_direct_message_is_a_channel() -> None:
    found = message(written("<@U0BOT> hi", channel="C0GROUP", channel_type="mpim"))
    assert not found.direct
    assert found.mentions_bot


def test_files_come_as_attachments() -> None:
    file = {
        "id": "F0ONE",
        "name": "plan.pdf",
        "mimetype": "application/pdf",
        "size": 1234,
        "url_private": "https://files.slack.com/a",
        "url_private_download": "https://files.slack.com/b",
    }
    found = message(written("look", subtype="file_share", files=[file, {"id": "F0TWO", "mode": "tombstone"}]))
    first, second = found.attachments
    assert (first.id, first.name, first.media_type, first.size) == ("F0ONE", "plan.pdf", "application/pdf", 1234)
    assert first.url == "https://files.slack.com/b"
    assert (second.id, second.name, second.url) == ("F0TWO", "file", None)


def test_in_a_shared_channel_the_workspace_is_the_one_that_installed_the_app() -> None:
    found = parse(written(user="U0ELSE", user_team="T0ELSE", team="T0ELSE"), team_id="T0ELSE")
    assert isinstance(found, Message)
    assert found.workspace.id == "T0TEAM"


def test_an_edit_carries_its_revision() -> None:
    now = written("the question", edited={"user": "U0ADA", "ts": "1763000009.000000"})
    found = parse(changed(now, written("teh question")))
    assert isinstance(found, Edited)
    assert (found.id, found.text, found.revision) == ("1763000000.000100", "the question", "1763000009.000000")
    assert found.thread == message(written()).thread


def test_a_deletion_names_the_message_and_its_thread() -> None:
    found = parse(deleted(written(thread_ts="1762999999.000001")))
    assert isinstance(found, Deleted)
    assert (found.id, found.thread.id) == ("1763000000.000100", "1762999999.000001")
    assert found.at == datetime.fromtimestamp(1763000010.0001, UTC)


def test_a_deleted_root_with_replies_is_a_deletion() -> None:
    tombstone = {"subtype": "tombstone", "ts": "1763000000.000100", "text": "This message was deleted.", "hidden": True}
    found = parse(changed(tombstone, written(thread_ts="1763000000.000100", reply_count=2)))
    assert isinstance(found, Deleted)
    assert found.thread == message(written()).thread


@pytest.mark.parametrize(
    "event",
    [
        written(user="U0BOT", bot_id="B0BOT"),
        written(user="U0OTHERBOT", bot_id="B0OTHER", app_id="A0OTHER"),
        written(user="USLACKBOT"),
        written(subtype="bot_message", bot_id="B0OLD", user=None),
        written(subtype="channel_join"),
        written(subtype="channel_topic", topic="new"),
        written(subtype="assistant_app_thread"),
        written(subtype="message_replied", message=written()),
        changed(written(attachments=[{"from_url": "https://a.test"}]), written()),
        changed(written(edited={"user": "U0ADA", "ts": "1"}, attachments=[{}]), written()),
        changed(
            written("b", user="U0BOT", bot_id="B0BOT", edited={"user": "U0BOT", "ts": "1"}),
            written("a", user="U0BOT", bot_id="B0BOT"),
        ),
        deleted(written(user="U0OTHERBOT", bot_id="B0OTHER")),
        {"type": "member_joined_channel", "user": "U0ADA", "channel": "C0HELP"},
        {"type": "something_new_of_slack"},
    ],
    ids=lambda event: f"{event.get('subtype') or event['type']}-{event.get('user', '')}",
)
def test_what_no_person_wrote_or_changed_is_nothing(event: dict[str, Any]) -> None:
    assert parse(event) is None


@pytest.mark.parametrize(
    "body",
    [{}, {"event": None}, {"event": {}}, callback({"type": "message", "user": "U0ADA", "text": "no ts"})],
)
def test_what_is_no_callback_says_so(body: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        inbound.read(body, ME)


def test_the_users_whose_names_are_needed() -> None:
    subject = inbound.read(callback(written("<@U0BOT> ask <@U0GRACE|grace>")), ME)
    assert subject is not None
    assert subject.users == {"U0ADA", "U0BOT", "U0GRACE"}
