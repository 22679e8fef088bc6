"""What every platform adapter must do, whatever the platform."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import pytest

from bridge.errors import (
    Forbidden,
    Gone,
    InstanceFailed,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    TooLong,
)
from bridge.model import EventId, Message, MessageRef, ThreadRef
from bridge.platform import (
    DeletesMessages,
    FindsMarkers,
    HasHistory,
    OpensThreads,
    Operation,
    Part,
    ShowsActivity,
)
from bridge.testing.contracts.sides import Failure, Inbox, PlatformSide

# ruff: noqa: S101


class PlatformContract:
    """Subclass it and give it a `side`. A claim that an adapter does not make is not tested."""

    @pytest.fixture
    def side(self) -> PlatformSide:
        """A fresh platform with one adapter that does not run yet; closed afterwards."""
        pytest.fail("the subclass must define the fixture 'side'")

    @pytest.fixture
    async def inbox(self, side: PlatformSide) -> AsyncIterator[Inbox]:
        """Where the running adapter delivers."""
        inbox = Inbox()
        running = asyncio.create_task(side.platform.run(inbox.deliver))
        await side.ready()
        yield inbox
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    @pytest.fixture
    async def thread(self, side: PlatformSide, inbox: Inbox) -> ThreadRef:
        """A thread that is ready to be posted in."""
        return await self.opened(side, inbox, "A question")

    async def opened(self, side: PlatformSide, inbox: Inbox, question: str) -> ThreadRef:
        """Ask something at the top of a channel; the thread for the answer."""
        await side.say(question, mention=True)
        message = await inbox.message()
        if isinstance(side.platform, OpensThreads):
            await side.platform.open_thread(message.thread, question)
        return message.thread

    # Capabilities

    async def test_limits_are_numbers_that_stay(self, side: PlatformSide) -> None:
        capabilities = side.platform.capabilities
        assert capabilities is side.platform.capabilities
        assert capabilities.part_size > 0
        assert capabilities.edit_gap >= 0
        assert all(budget.burst >= 1 and budget.rate > 0 for budget in capabilities.budgets.values())

    async def test_every_operation_names_a_known_budget(self, side: PlatformSide, thread: ThreadRef) -> None:
        for operation in Operation:
            keys = side.platform.budget_keys(operation, thread)
            assert {key.name for key in keys} <= set(side.platform.capabilities.budgets)
            assert keys == side.platform.budget_keys(operation, thread)

    @pytest.mark.parametrize("unit", ["a", "ü", "😀", "&<>", "* _`|", "word\n", "- item\n\n"])
    async def test_what_fits_by_its_size_is_taken(self, side: PlatformSide, thread: ThreadRef, unit: str) -> None:
        text = longest(side, unit)
        assert side.platform.size(Part(text)) == side.platform.size(Part(text))
        await side.platform.post(thread, Part(text), "exactly")
        assert len(side.shown(thread)) == 1

    async def test_one_more_than_fits_is_too_long(self, side: PlatformSide, thread: ThreadRef) -> None:
        text = longest(side, "a") + "a"
        assert side.platform.size(Part(text)) > side.platform.capabilities.part_size
        with pytest.raises(TooLong):
            await side.platform.post(thread, Part(text), "too-long")
        assert not side.shown(thread)

    # Events

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

    # Calls

    async def test_a_post_is_shown_and_edited_in_place(self, side: PlatformSide, thread: ThreadRef) -> None:
        ref = await side.platform.post(thread, Part("First words"), "one")
        assert ref.thread == thread
        assert [text.strip() for text in side.shown(thread)] == ["First words"]
        await side.platform.edit(ref, Part("Other words"))
        await side.platform.edit(ref, Part("Other words", final=True))
        assert [text.strip() for text in side.shown(thread)] == ["Other words"]

    async def test_a_reference_survives_being_stored(self, side: PlatformSide, thread: ThreadRef) -> None:
        ref = await side.platform.post(thread, Part("First words"), "one")
        await side.platform.edit(MessageRef(replace(thread), ref.id), Part("Later words"))
        assert [text.strip() for text in side.shown(thread)] == ["Later words"]

    async def test_parts_stand_in_the_order_of_their_posts(self, side: PlatformSide, thread: ThreadRef) -> None:
        for number in range(3):
            await side.platform.post(thread, Part(f"Part {number}"), f"part-{number}")
        assert [text.strip() for text in side.shown(thread)] == ["Part 0", "Part 1", "Part 2"]

    async def test_an_answer_in_a_direct_conversation(self, side: PlatformSide, inbox: Inbox) -> None:
        await side.say("Hello", direct=True)
        message = await inbox.message()
        await side.platform.post(message.thread, Part("Hello to you"), "one")
        assert [text.strip() for text in side.shown(message.thread)] == ["Hello to you"]

    async def test_opening_a_thread_twice_is_harmless(self, side: PlatformSide, thread: ThreadRef) -> None:
        if isinstance(side.platform, OpensThreads):
            await side.platform.open_thread(thread, "Again")
        await side.platform.post(thread, Part("Here"), "one")
        assert len(side.shown(thread)) == 1

    async def test_a_marker_makes_a_post_findable_or_the_same(self, side: PlatformSide, thread: ThreadRef) -> None:
        ref = await side.platform.post(thread, Part("Once"), "a-marker")
        if isinstance(side.platform, FindsMarkers):
            assert await side.platform.find(thread, "a-marker") == ref
            assert await side.platform.find(thread, "another-marker") is None
        else:
            assert await side.platform.post(thread, Part("Once"), "a-marker") == ref

    async def test_a_longest_marker_is_found_too(self, side: PlatformSide, thread: ThreadRef) -> None:
        marker = "abcdefghijklmnopqrstuvwxy"
        ref = await side.platform.post(thread, Part("Once"), marker)
        if isinstance(side.platform, FindsMarkers):
            assert await side.platform.find(thread, marker) == ref

    async def test_a_deleted_message_is_gone(self, side: PlatformSide, thread: ThreadRef) -> None:
        if not isinstance(side.platform, DeletesMessages):
            return
        ref = await side.platform.post(thread, Part("Away with it"), "one")
        await side.platform.delete(ref)
        await side.platform.delete(ref)
        assert not side.shown(thread)
        with pytest.raises(Gone):
            await side.platform.edit(ref, Part("Too late"))

    async def test_activity_is_shown_and_taken_away(self, side: PlatformSide, thread: ThreadRef) -> None:
        if isinstance(side.platform, ShowsActivity):
            assert side.platform.capabilities.activity_seconds is not None
            await side.platform.show_activity(thread, "is thinking")
            await side.platform.show_activity(thread, "")
        assert not side.shown(thread)

    async def test_nothing_that_a_chatbot_says_pings(self, side: PlatformSide, thread: ThreadRef) -> None:
        text = " and ".join(side.mentions())
        ref = await side.platform.post(thread, Part(f"Dear {text}"), "one")
        await side.platform.edit(ref, Part(f"Dearest {text}"))
        assert side.shown(thread)
        assert not side.pinged()

    # What goes wrong

    async def test_a_rate_limit_says_how_long(self, side: PlatformSide, thread: ThreadRef) -> None:
        ref = await side.platform.post(thread, Part("Before"), "one")
        side.fail(Operation.EDIT, Failure.RATE_LIMITED)
        with pytest.raises(RateLimited) as edit:
            await side.platform.edit(ref, Part("After"))
        side.fail(Operation.POST, Failure.RATE_LIMITED)
        with pytest.raises(RateLimited) as post:
            await side.platform.post(thread, Part("More"), "two")
        assert edit.value.retry_after > 0
        assert post.value.retry_after > 0
        assert [text.strip() for text in side.shown(thread)] == ["Before"]

    async def test_a_platform_that_is_down_is_told_apart(self, side: PlatformSide, thread: ThreadRef) -> None:
        side.fail(Operation.POST, Failure.DOWN)
        with pytest.raises((PlatformUnavailable, OutcomeUnknown)):
            await side.platform.post(thread, Part("Words"), "one")
        assert not side.shown(thread)
        await side.platform.post(thread, Part("Words"), "one")
        assert len(side.shown(thread)) == 1

    async def test_a_cut_post_is_found_or_not_made_twice(self, side: PlatformSide, thread: ThreadRef) -> None:
        side.fail(Operation.POST, Failure.CUT)
        with pytest.raises(OutcomeUnknown):
            await side.platform.post(thread, Part("Words"), "one")
        if isinstance(side.platform, FindsMarkers):
            assert await side.platform.find(thread, "one") is not None
        else:
            await side.platform.post(thread, Part("Words"), "one")
        assert len(side.shown(thread)) == 1

    @pytest.mark.parametrize(("failure", "error"), [(Failure.FORBIDDEN, Forbidden), (Failure.GONE, Gone)])
    async def test_a_refusal_is_told_as_what_it_is(
        self, side: PlatformSide, thread: ThreadRef, failure: Failure, error: type[Exception]
    ) -> None:
        side.fail(Operation.POST, failure)
        with pytest.raises(error):
            await side.platform.post(thread, Part("Words"), "one")
        assert not side.shown(thread)

    async def test_refused_credentials_end_the_instance(self, side: PlatformSide) -> None:
        await side.refuse()
        async with asyncio.timeout(10):
            with pytest.raises(InstanceFailed):
                await side.platform.run(Inbox().deliver)

    async def test_calls_work_until_the_adapter_is_closed(self, side: PlatformSide) -> None:
        inbox = Inbox()
        running = asyncio.create_task(side.platform.run(inbox.deliver))
        await side.ready()
        thread = await self.opened(side, inbox, "Last question")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await side.platform.post(thread, Part("Last words"), "one")
        assert len(side.shown(thread)) == 1


def longest(side: PlatformSide, unit: str) -> str:
    """The longest text made of `unit` that the adapter says fits, without spaces at its end."""
    low, high = 1, side.platform.capabilities.part_size + 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = side.platform.size(Part((unit * middle).rstrip())) <= side.platform.capabilities.part_size
        low, high = (middle, high) if fits else (low, middle - 1)
    return (unit * low).rstrip()


def anonymous(message: Message) -> Message:
    """The message without the id of its delivery."""
    return replace(message, event_id=EventId(""))
