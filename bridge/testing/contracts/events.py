"""What people do reaches the core: once stored, in order, and read the same way every time."""

from __future__ import annotations

from dataclasses import replace

from bridge.model import EventId, Message, ThreadRef
from bridge.platform import HasHistory, Part
from bridge.testing.contracts.fixtures import PlatformFixtures
from bridge.testing.contracts.sides import Inbox, PlatformSide

# ruff: noqa: S101


class EventsContract(PlatformFixtures):
    """What an adapter delivers."""

    async def test_a_mention_at_the_top_begins_a_conversation(self, side: PlatformSide, inbox: Inbox) -> None:
        await side.say("How are you?", mention=True)
        message = await inbox.message()
        assert message.text.strip() == "How are you?"
        assert message.mentions_bot
        assert message.starts
        assert not message.direct
        assert message.sent_at.tzinfo is not None
        assert message.author.id
        assert message.channel.id == message.thread.channel
        assert message.workspace.id == message.thread.workspace

    async def test_a_message_without_a_mention_is_not_one(self, side: PlatformSide, inbox: Inbox) -> None:
        await side.say("Just talking", mention=False)
        message = await inbox.message()
        assert not message.mentions_bot
        assert message.text == "Just talking"

    async def test_two_questions_are_two_threads(self, side: PlatformSide, inbox: Inbox) -> None:
        await side.say("One", mention=True)
        await side.say("Two", mention=True)
        one, two = await inbox.message(), await inbox.message()
        assert one.id != two.id
        assert one.event_id != two.event_id
        assert one.thread != two.thread
        assert one.sent_at <= two.sent_at

    async def test_a_follow_up_belongs_to_the_thread(self, side: PlatformSide, inbox: Inbox, thread: ThreadRef) -> None:
        await side.platform.post(thread, Part("An answer"), "answer")
        await side.say("And then?", thread=thread)
        message = await inbox.message()
        assert message.thread == thread
        assert not message.starts
        assert not message.mentions_bot

    async def test_a_direct_conversation_is_one(self, side: PlatformSide, inbox: Inbox) -> None:
        await side.say("Hello", direct=True)
        await side.say("Still me", direct=True)
        one, two = await inbox.message(), await inbox.message()
        assert one.direct
        assert two.direct
        assert one.thread == two.thread

    async def test_the_bot_does_not_hear_itself(self, side: PlatformSide, inbox: Inbox, thread: ThreadRef) -> None:
        ref = await side.platform.post(thread, Part("Me"), "me")
        await side.platform.edit(ref, Part("Still me"))
        await side.say("You", thread=thread)
        assert (await inbox.message()).text == "You"

    async def test_what_the_store_refuses_comes_again(self, side: PlatformSide, inbox: Inbox) -> None:
        inbox.refusing = 1
        await side.say("Important", mention=True)
        message = await inbox.message()
        assert inbox.refused == [message]

    async def test_history_equals_what_was_delivered(self, side: PlatformSide, inbox: Inbox) -> None:
        if not isinstance(side.platform, HasHistory):
            return
        for text in ("One", "Two", "Three"):
            await side.say(text, mention=True)
        one, *rest = [await inbox.message() for _ in range(3)]
        found = [event async for event in side.platform.history(one.thread.channel, one.id, 10)]
        assert [anonymous(event) for event in found if isinstance(event, Message)] == [anonymous(m) for m in rest]


def anonymous(message: Message) -> Message:
    """The message without the id of its delivery."""
    return replace(message, event_id=EventId(""))
