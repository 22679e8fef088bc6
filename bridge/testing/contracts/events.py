"""What people do reaches the core: once stored, in order, and read the same way every time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bridge.model import Deleted, Edited, EventId, Message, Surface, ThreadRef
from bridge.platform import HasHistory, Part
from bridge.testing.contracts.fixtures import PlatformFixtures
from bridge.testing.contracts.sides import Inbox, PlatformSide

# ruff: noqa: S101

T = TypeVar("T")


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

    async def test_changes_of_a_question_are_told_apart(self, side: PlatformSide, inbox: Inbox) -> None:
        await side.say("Hou?", mention=True)
        message = await inbox.message()
        await side.change(message, "How?")
        await side.change(message, "How so?")
        first, second = await inbox.next(), await inbox.next()
        assert isinstance(first, Edited)
        assert isinstance(second, Edited)
        assert (first.id, first.thread, first.author) == (message.id, message.thread, message.author)
        assert (first.text, second.text) == ("How?", "How so?")
        assert first.revision != second.revision
        assert first.event_id != second.event_id
        assert message.sent_at <= first.at <= second.at

    async def test_a_deleted_question_is_told(self, side: PlatformSide, inbox: Inbox) -> None:
        await side.say("Never mind", mention=True)
        message = await inbox.message()
        await side.delete(message)
        deleted = await inbox.next()
        assert isinstance(deleted, Deleted)
        assert (deleted.id, deleted.thread) == (message.id, message.thread)
        assert deleted.event_id != message.event_id

    async def test_a_question_that_was_answered_may_be_deleted(
        self, side: PlatformSide, inbox: Inbox, thread: ThreadRef
    ) -> None:
        """Slack leaves a tombstone in its place, and the thread open."""
        (message,) = [event for event in inbox.events if isinstance(event, Message)]
        ref = await side.platform.post(thread, Part("An answer"), "answer")
        await side.delete(message)
        deleted = await inbox.next()
        assert isinstance(deleted, Deleted)
        assert (deleted.id, deleted.thread) == (message.id, message.thread)
        await side.platform.edit(ref, Part("Still an answer"))
        assert list(side.shown(thread)) == ["Still an answer"]

    async def test_that_somebody_deletes_what_the_bot_said_is_told(
        self, side: PlatformSide, inbox: Inbox, thread: ThreadRef
    ) -> None:
        ref = await side.platform.post(thread, Part("An answer"), "answer")
        await side.remove(ref)
        deleted = await inbox.next()
        assert isinstance(deleted, Deleted)
        assert deleted.id == ref.id
        place = deleted.thread
        assert (place.instance, place.workspace, place.channel) == (thread.instance, thread.workspace, thread.channel)

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
        one, *rest = sorted([await inbox.message() for _ in range(3)], key=sent_at)
        places = await all_pages(side.platform.channels)
        (place,) = (channel.place for channel in places if channel.place.channel == one.thread.channel)
        assert place.surface is Surface.CHANNEL
        history = partial(side.platform.history, place)
        since = one.sent_at + (rest[0].sent_at - one.sent_at) / 2
        found = await all_pages(partial(history, since))
        assert sorted(map(anonymous, found), key=sent_at) == list(map(anonymous, rest))
        assert sorted(await all_pages(partial(history, since)), key=sent_at) == sorted(found, key=sent_at)

    async def test_a_thread_has_a_history(self, side: PlatformSide, inbox: Inbox, thread: ThreadRef) -> None:
        if not isinstance(side.platform, HasHistory):
            return
        await side.platform.post(thread, Part("An answer"), "answer")
        await side.say("And then?", thread=thread)
        await side.say("And after that?", thread=thread)
        delivered = sorted([await inbox.message() for _ in range(2)], key=sent_at)
        found = await all_pages(partial(side.platform.history, thread, delivered[0].sent_at - timedelta(seconds=30)))
        follow_ups = [message for message in sorted(found, key=sent_at) if not message.starts]
        assert [anonymous(message) for message in follow_ups] == [anonymous(message) for message in delivered]


async def all_pages(ask: Callable[[str | None], Awaitable[tuple[Sequence[T], str | None]]]) -> list[T]:
    """What all pages hold."""
    found, page = await ask(None)
    every = [*found]
    while page is not None:
        found, page = await ask(page)
        every += found
    return every


def sent_at(message: Message) -> datetime:
    """When it was sent."""
    return message.sent_at


def anonymous(message: Message) -> Message:
    """The message without the id of its delivery."""
    return replace(message, event_id=EventId(""))
