"""Messages that grow by appending, through the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bridge import MessageId, Part, Rejected, StreamsNatively, Surface, ThreadRef, UserId
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.slack.streaming import LARGEST
from bridge_slack.errors import StreamEnded
from bridge_slack.mentions import harmless
from bridge_slack.platform import SlackPlatform
from tests.integration.slack.adapter import QUICK, Core, adapter, thread

TEXT = "# Lilies\n\n <@UADA> or @here: `a < b`,\n\n| a | b |\n|---|---|\n| 1 | &lt;!channel> |\n\n 漢字かな交じり文 end"


@pytest.fixture
async def platform(slack: FakeSlack) -> AsyncIterator[SlackPlatform]:
    found = adapter(slack, Core())
    yield found
    await found.close()


@pytest.fixture
async def question(slack: FakeSlack) -> ThreadRef:
    asked = await slack.say(slack.room("general"), "question")
    return thread(slack, slack.room("general"), asked.id)


@pytest.fixture
def ada(slack: FakeSlack) -> UserId:
    return UserId(slack.workspace.person("Ada").id)


def shown(slack: FakeSlack, place: ThreadRef) -> list[str]:
    return [message.text for message in slack.shown(f"{place.channel}:{place.id}") if message.bot]


def called(slack: FakeSlack) -> list[str]:
    return [name for name, _ in slack.calls if name.startswith("chat.")]


async def test_a_message_grows_letter_by_letter_to_what_an_edit_would_show(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef, ada: UserId
) -> None:
    ref = await platform.start_stream(question, TEXT[:1], ada)
    for end in range(2, len(TEXT) + 1):
        await platform.append_stream(ref, TEXT[: end - 1], TEXT[:end])
    await platform.stop_stream(ref, TEXT, TEXT, "the-marker")
    assert shown(slack, question) == [harmless(TEXT)]
    assert slack.pinged == []
    assert await platform.find(question, "the-marker") == ref
    pieces = [str(arguments["markdown_text"]) for name, arguments in slack.calls if name == "chat.appendStream"]
    assert pieces
    assert not [piece for piece in pieces if piece[0].isspace()]


async def test_an_edit_ends_a_message_that_still_grows(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef, ada: UserId
) -> None:
    ref = await platform.start_stream(question, "The first try ", ada)
    await platform.edit(ref, Part("Another text", final=True))
    assert shown(slack, question) == ["Another text"]
    assert called(slack) == ["chat.startStream", "chat.update", "chat.stopStream", "chat.update"]
    with pytest.raises(StreamEnded):
        await platform.append_stream(ref, "", "too late, too late")


async def test_a_stream_that_was_never_stopped_is_found_as_what_carries_no_marker(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef, ada: UserId
) -> None:
    await platform.post(question, Part("posted"), "another")
    stopped = await platform.start_stream(question, "one two", ada)
    await platform.stop_stream(stopped, "one two", "one two", "stopped")
    left = await platform.start_stream(question, "three four", ada)
    assert await platform.unmarked(question, MessageId(question.id)) == [left]


@QUICK
async def test_a_stream_ends_by_itself_and_an_edit_mends_it(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef, ada: UserId
) -> None:
    ref = await platform.start_stream(question, "one two", ada)
    conversation = slack.workspace.conversations[question.channel]
    stream = conversation.messages[ref.id].stream
    assert stream is not None
    stream.until = 0.0
    with pytest.raises(StreamEnded):
        await platform.append_stream(ref, "one two", "one two three four")
    await platform.edit(ref, Part("one two three four"))
    assert shown(slack, question) == ["one two three four"]


async def test_slack_refuses_what_it_refuses(
    slack: FakeSlack, platform: SlackPlatform, question: ThreadRef, ada: UserId
) -> None:
    with pytest.raises(Rejected, match="user_not_found"):
        await platform.start_stream(question, "one two", UserId("U404"))
    ref = await platform.start_stream(question, "one two", ada)
    with pytest.raises(Rejected, match="msg_too_long"):
        await platform.append_stream(ref, "one two", "word " * (LARGEST // 5 + 3))
    assert not platform.fits_stream("ü" * 4501)
    assert platform.fits_stream("ü" * 4500)


async def test_where_nothing_streams_the_reason_is_said(slack: FakeSlack, question: ThreadRef) -> None:
    off, on = adapter(slack, Core(), native_streams=False), adapter(slack, Core())
    assert isinstance(on, StreamsNatively)
    assert off.refuses_stream(question) == "native_streams is false"
    assert on.refuses_stream(question) == ""
    room = slack.direct()
    assert thread(slack, room).surface is Surface.DIRECT
    assert on.refuses_stream(thread(slack, room)) == "Slack streams in threads only"
