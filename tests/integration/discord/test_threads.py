"""Where a conversation is: threads on questions, chains of replies, forum posts, DMs."""

from __future__ import annotations

import pytest

from bridge import Forbidden, Gone, Message, Part, RateLimited, Surface
from bridge.testing.contracts import Inbox
from bridge_sandbox.discord import FakeDiscord
from bridge_sandbox.discord.things import Channel, ChannelType
from bridge_sandbox.faults import Fault
from tests.integration.discord.side import Side

ANSWER = Part("The answer")


async def asked(side: Side, inbox: Inbox, question: str = "What now?") -> Message:
    """A question in #general."""
    await side.say(question, mention=True)
    return await inbox.message()


def thread_of(side: Side, message: Message) -> Channel:
    """The Discord thread of a conversation."""
    return side.fake.world.channels[message.thread.id]


async def test_a_thread_has_the_id_of_its_question_and_its_words_as_name(side: Side, inbox: Inbox) -> None:
    message = await asked(side, inbox, "How do **I** reset\nmy password?")
    assert message.id == f"{message.thread.channel}:{message.thread.id}"
    await side.platform.open_thread(message.thread, message.text)
    thread = thread_of(side, message)
    assert (thread.name, thread.parent) == ("How do I reset", message.channel.id)


async def test_a_follow_up_names_the_parent_channel(side: Side, inbox: Inbox) -> None:
    first = await asked(side, inbox)
    await side.platform.open_thread(first.thread, first.text)
    await side.say("And then?", thread=first.thread)
    second = await inbox.message()
    assert second.thread == first.thread
    assert second.channel == first.channel
    assert second.channel.name == "general"
    assert (second.in_thread, second.in_channel) == (None, None)


async def test_a_thread_that_somebody_else_opened_is_used(side: Side, inbox: Inbox, fake: FakeDiscord) -> None:
    message = await asked(side, inbox)
    world = fake.world
    root = world.channels[message.channel.id].message(message.thread.id)
    world.open_thread(world.channels[message.channel.id], "by Ada", world.owner, root)
    fresh = Side(fake)
    await fresh.platform.open_thread(message.thread, message.text)
    await fresh.platform.post(message.thread, ANSWER, "m1")
    assert side.shown(message.thread) == ["The answer"]
    await fresh.platform.close()


@pytest.mark.parametrize("reason", ["permission", "too many"])
async def test_a_refused_thread_becomes_a_chain_of_replies(side: Side, inbox: Inbox, reason: str) -> None:
    if reason == "permission":
        side.fake.deny("CREATE_PUBLIC_THREADS")
    else:
        side.fake.world.thread_limit = 0
    message = await asked(side, inbox)
    await side.platform.open_thread(message.thread, message.text)
    ref = await side.platform.post(message.thread, ANSWER, "m1")
    await side.platform.show_activity(message.thread, "is thinking")
    await side.platform.edit(ref, Part("The better answer"))
    posted = side.fake.people.message(ref.id.partition(":")[2])
    assert posted.channel.id == message.channel.id
    assert posted.reply_to == message.thread.id
    assert posted.content == "The better answer"
    assert ref.thread == message.thread


async def test_a_thread_that_may_not_be_written_in_becomes_a_chain(side: Side, inbox: Inbox) -> None:
    message = await asked(side, inbox)
    await side.platform.open_thread(message.thread, message.text)
    side.fake.deny("SEND_MESSAGES_IN_THREADS")
    ref = await side.platform.post(message.thread, ANSWER, "m1")
    posted = side.fake.people.message(ref.id.partition(":")[2])
    assert (posted.channel.id, posted.reply_to) == (message.channel.id, message.thread.id)


async def test_a_forum_post_that_may_not_be_written_in_has_no_chain(side: Side, inbox: Inbox) -> None:
    await side.fake.say(side.room("questions"), "Where is the manual?")
    message = await inbox.message()
    side.fake.deny("SEND_MESSAGES_IN_THREADS")
    with pytest.raises(Forbidden):
        await side.platform.post(message.thread, ANSWER, "m1")


async def test_an_answer_to_the_chain_names_the_message_it_answers(side: Side, inbox: Inbox) -> None:
    side.fake.deny("CREATE_PUBLIC_THREADS")
    message = await asked(side, inbox)
    await side.platform.open_thread(message.thread, message.text)
    ref = await side.platform.post(message.thread, ANSWER, "m1")
    side.fake.people.write(message.channel.id, "Thanks, and?", reply_to=ref.id.partition(":")[2])
    follow_up = await inbox.message()
    assert follow_up.reply_to == ref.id
    assert follow_up.mentions_bot


async def test_the_chain_goes_on_after_a_restart(side: Side, inbox: Inbox) -> None:
    side.fake.deny("CREATE_PUBLIC_THREADS")
    message = await asked(side, inbox)
    await side.platform.open_thread(message.thread, message.text)
    later = Side(side.fake)
    ref = await later.platform.post(message.thread, ANSWER, "m2")
    assert ref.id.startswith(f"{message.channel.id}:")
    await later.platform.close()


async def test_a_chain_without_history_is_posted_without_the_reference(side: Side, inbox: Inbox) -> None:
    side.fake.deny("CREATE_PUBLIC_THREADS", "READ_MESSAGE_HISTORY")
    message = await asked(side, inbox)
    await side.platform.open_thread(message.thread, message.text)
    ref = await side.platform.post(message.thread, ANSWER, "m1")
    assert side.fake.people.message(ref.id.partition(":")[2]).reply_to is None


async def test_a_deleted_thread_is_gone_and_not_continued_in_the_channel(side: Side, inbox: Inbox) -> None:
    message = await asked(side, inbox)
    await side.platform.open_thread(message.thread, message.text)
    del side.fake.world.channels[message.thread.id]
    with pytest.raises(Gone):
        await side.platform.post(message.thread, ANSWER, "m1")
    assert [one.text for one in side.fake.shown(message.channel.id) if one.bot] == []


async def test_a_thread_that_cannot_be_opened_yet_is_tried_again(side: Side, inbox: Inbox) -> None:
    message = await asked(side, inbox)
    side.fake.faults.add(Fault("POST /channels/*/threads", status=429, retry_after=0.2))
    with pytest.raises(RateLimited):
        await side.platform.open_thread(message.thread, message.text)
    await side.platform.open_thread(message.thread, message.text)
    assert thread_of(side, message).parent == message.channel.id


async def test_a_forum_post_is_a_conversation(side: Side, inbox: Inbox) -> None:
    await side.fake.say(side.room("questions"), "Where is the manual?\nI looked everywhere.")
    message = await inbox.message()
    assert message.starts
    assert message.channel.name == "questions"
    assert message.thread.surface is Surface.THREAD
    assert message.id == f"{message.thread.id}:{message.thread.id}"
    await side.platform.open_thread(message.thread, message.text)
    await side.platform.post(message.thread, ANSWER, "m1")
    assert side.shown(message.thread) == ["The answer"]
    await side.say("Found it", thread=message.thread)
    follow_up = await inbox.message()
    assert (follow_up.thread, follow_up.starts) == (message.thread, False)


async def test_a_direct_message_has_no_workspace_and_no_thread_to_open(side: Side, inbox: Inbox) -> None:
    await side.say("Hello", direct=True)
    message = await inbox.message()
    assert (message.thread.surface, message.workspace.id, message.channel.name) == (Surface.DIRECT, "", None)
    await side.platform.open_thread(message.thread, message.text)
    await side.platform.post(message.thread, ANSWER, "m1")
    assert side.shown(message.thread) == ["The answer"]


async def test_in_a_voice_channel_answers_are_replies(side: Side, inbox: Inbox) -> None:
    voice = side.fake.world.add_channel("lounge", ChannelType.VOICE)
    await side.fake.say(voice.id, "@bridge are you there?")
    message = await inbox.message()
    assert message.in_thread is None
    assert message.thread == message.in_channel
    ref = await side.platform.post(message.thread, ANSWER, "m1")
    assert side.fake.people.message(ref.id.partition(":")[2]).reply_to == message.thread.id


async def test_a_thread_nobody_told_of_is_looked_up(side: Side, inbox: Inbox) -> None:
    """An archived thread is not announced when a connection begins."""
    world = side.fake.world
    parent = world.channels[side.room("help")]
    old = Channel(world.snowflakes.next(), ChannelType.PUBLIC_THREAD, "old", world.guild, parent.id, world.owner.id)
    world.channels[old.id] = old
    await side.fake.say(old.id, "Does anybody know more?")
    message = await inbox.message()
    assert (message.thread.id, message.channel.name, message.starts) == (old.id, "help", False)
