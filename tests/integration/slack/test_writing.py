"""Posts, edits, markers and deletions, as people see them and as Slack refuses them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bridge import (
    Forbidden,
    Gone,
    InstanceFailed,
    MessageId,
    MessageRef,
    NotEditable,
    OutcomeUnknown,
    Part,
    PlatformUnavailable,
    RateLimited,
    Surface,
    ThreadRef,
    TooLong,
    Unprovable,
)
from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.slack.workspace import Posted
from bridge_sandbox.view import Change, ChangeKind
from bridge_slack.platform import SlackPlatform
from tests.integration.slack.adapter import Core, adapter, connected, thread


@pytest.fixture
def core() -> Core:
    return Core()


@pytest.fixture
async def platform(slack: FakeSlack, core: Core) -> AsyncIterator[SlackPlatform]:
    """An adapter that was never run: calls need no connection."""
    found = adapter(slack, core)
    yield found
    await found.close()


@pytest.fixture
async def question(slack: FakeSlack) -> ThreadRef:
    """The thread of a question in #general."""
    asked = await slack.say(slack.room("general"), "question")
    return thread(slack, slack.room("general"), asked.id)


def answers(slack: FakeSlack, room: str) -> list[str]:
    """The bot's messages in a room."""
    return [message.text for message in slack.shown(room) if message.bot]


async def test_an_answer_stands_in_the_thread_and_is_edited_in_place(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef
) -> None:
    ref = await platform.post(question, Part("# Answer\n\n**so** far"), "marker-1")
    await platform.edit(ref, Part("# Answer\n\n**all** of it", final=True))
    assert answers(slack, f"{question.channel}:{question.id}") == ["# Answer\n\n**all** of it"]
    assert answers(slack, question.channel) == []


@pytest.mark.parametrize("surface", list(Surface))
async def test_a_post_is_where_its_surface_says_and_is_found_there(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef, surface: Surface
) -> None:
    place = replace(question, surface=surface)
    if surface is Surface.DIRECT:
        place = thread(slack, slack.direct())
    ref = await platform.post(place, Part("here"), "marker-1")
    room = f"{question.channel}:{question.id}" if surface is Surface.THREAD else place.channel
    assert answers(slack, room) == ["here"]
    assert await platform.find(place, "marker-1") == ref
    assert await platform.find(place, "marker-2") is None


async def test_a_marker_outlives_edits_and_is_found_behind_many_messages(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef
) -> None:
    for number in range(300):
        await slack.say(f"{question.channel}:{question.id}", str(number))
    ref = await platform.post(question, Part("first"), "marker-1")
    await platform.edit(ref, Part("second"))
    assert await platform.find(question, "marker-1") == ref


async def test_in_a_conversation_without_end_it_is_not_claimed_that_there_is_no_post(
    slack: FakeSlack, platform: SlackPlatform
) -> None:
    direct = slack.workspace.conversations[slack.direct()]
    assert direct.direct_with is not None
    for number in range(1, 2002):
        direct.messages[str(number)] = Posted(str(number), direct.direct_with, "chat")
    with pytest.raises(Unprovable):
        await platform.find(thread(slack, direct.id), "marker-1")


async def test_a_lost_answer_leaves_the_outcome_open_and_the_post_is_found(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef
) -> None:
    slack.faults.add(Fault("chat.postMessage", Action.DROP_AFTER))
    with pytest.raises(OutcomeUnknown):
        await platform.post(question, Part("once"), "marker-1")
    assert answers(slack, f"{question.channel}:{question.id}") == ["once"]
    assert await platform.find(question, "marker-1") is not None


async def test_a_write_is_sent_once_whatever_happens(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef
) -> None:
    await platform.post(question, Part("first, so that the connection is kept"), "marker-0")
    slack.faults.add(Fault("chat.postMessage", Action.DROP_AFTER))
    with pytest.raises(OutcomeUnknown):
        await platform.post(question, Part("once"), "marker-1")
    assert len([name for name, _ in slack.calls if name == "chat.postMessage"]) == 2


async def test_a_slack_that_is_not_there_did_nothing(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef
) -> None:
    await slack.stop()
    with pytest.raises(PlatformUnavailable):
        await platform.post(question, Part("once"), "marker-1")


async def test_a_rate_limit_is_raised_and_reported(
    slack: FakeSlack, platform: SlackPlatform, core: Core, question: ThreadRef
) -> None:
    ref = await platform.post(question, Part("first"), "marker-1")
    slack.faults.add(Fault("chat.update", status=429, retry_after=7))
    with pytest.raises(RateLimited) as limited:
        await platform.edit(ref, Part("second"))
    assert limited.value.retry_after == 7
    [(key, reset_after)] = core.observed
    assert key.name in platform.capabilities.budgets
    assert (key.scope, reset_after) == (slack.workspace.id, 7)


async def test_what_slack_will_never_take_is_told_apart(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef
) -> None:
    theirs = MessageRef(question, MessageId(question.id))
    far = slack.workspace.add_channel("far").id
    with pytest.raises(NotEditable):
        await platform.edit(theirs, Part("not mine"))
    with pytest.raises(Gone):
        await platform.edit(MessageRef(question, MessageId("1.0")), Part("never was"))
    with pytest.raises(Forbidden):
        await platform.post(thread(slack, far), Part("outside"), "marker-1")
    with pytest.raises(TooLong):
        await platform.post(question, Part("x" * 11_001), "marker-2")
    slack.revoke()
    with pytest.raises(InstanceFailed):
        await platform.post(question, Part("revoked"), "marker-3")


async def test_the_longest_part_can_be_posted_and_edited(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef
) -> None:
    ref = await platform.post(question, Part("&" * 11_000), "marker-1")
    await platform.edit(ref, Part("<" * 11_000))
    assert answers(slack, f"{question.channel}:{question.id}") == ["<" * 11_000]


async def test_no_post_pings_or_unfurls(slack: FakeSlack, platform: SlackPlatform, question: ThreadRef) -> None:
    ada = slack.workspace.person("Ada").id
    ref = await platform.post(question, Part(f"<@{ada}> <!here> https://a.test"), "marker-1")
    await platform.edit(ref, Part(f"<!channel> @everyone <@{ada}|Ada>"))
    assert slack.pinged == []
    [(_, sent)] = [call for call in slack.calls if call[0] == "chat.postMessage"]
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


async def test_a_status_is_shown_in_a_thread_and_taken_away(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef
) -> None:
    changes: list[Change] = []
    slack.watch(changes.append)
    await platform.show_activity(question, "is thinking…")
    await platform.show_activity(question, "")
    room = f"{question.channel}:{question.id}"
    assert [(c.kind, c.room_id, c.text) for c in changes] == [
        (ChangeKind.ACTIVITY, room, "is thinking…"),
        (ChangeKind.ACTIVITY, room, ""),
    ]


async def test_where_slack_shows_no_status_nothing_is_said_about_it_again(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef
) -> None:
    slack.faults.add(Fault("assistant.threads.setStatus", code="channel_type_not_supported"))
    await platform.show_activity(question, "is thinking…")
    await platform.show_activity(question, "is thinking…")
    await platform.show_activity(thread(slack, slack.direct()), "is thinking…")
    assert [name for name, _ in slack.calls if name == "assistant.threads.setStatus"] == []
    assert not slack.faults.pending


async def test_what_slack_does_not_take_as_blocks_is_shown_in_simple_ones(slack: FakeSlack) -> None:
    async with connected(slack, Core()) as platform:
        place = thread(slack, slack.room("general"))
        slack.faults.add(Fault("chat.postMessage", code="invalid_blocks"))
        ref = await platform.post(place, Part("| a |\n|---|\n| b |", final=True), "table")
        assert await platform.find(place, "table") == ref
        (message,) = (shown for shown in slack.shown(slack.room("general")) if shown.bot)
        assert message.text == "| a |\n|---|\n| b |"
