"""What the core shows stands in the thread, and can be changed and found again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.errors import MessageGone
from bridge.model import MessageRef, Surface, ThreadRef
from bridge.platform import (
    DeletesMessages,
    FindsMarkers,
    OpensDirect,
    OpensThreads,
    Part,
    PartKind,
    SendsFiles,
    ShowsActivity,
)
from bridge.testing.contracts.fixtures import PlatformFixtures
from bridge.testing.contracts.sides import Inbox, PlatformSide

# ruff: noqa: S101


class CallsContract(PlatformFixtures):
    """What an adapter shows."""

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

    async def test_a_file_is_posted_once_and_found(self, side: PlatformSide, thread: ThreadRef) -> None:
        platform = side.platform
        if not isinstance(platform, SendsFiles):
            return
        content = "# The rest\n\nÜ\n".encode()
        ref = await platform.upload(thread, Part("Here it is", PartKind.NOTICE), content, "the-file")
        assert [text.strip() for text in side.shown(thread)] == ["Here it is"]
        assert list(side.files(thread)) == [content]
        if isinstance(platform, FindsMarkers):
            assert await platform.find(thread, "the-file") is not None
        else:
            assert await platform.upload(thread, Part("Here it is"), content, "the-file") == ref

    async def test_a_deleted_message_is_gone(self, side: PlatformSide, thread: ThreadRef) -> None:
        if not isinstance(side.platform, DeletesMessages):
            return
        ref = await side.platform.post(thread, Part("Away with it"), "one")
        await side.platform.delete(ref)
        await side.platform.delete(ref)
        assert not side.shown(thread)
        with pytest.raises(MessageGone):
            await side.platform.edit(ref, Part("Too late"))

    async def test_a_person_is_written_to_directly(self, side: PlatformSide, inbox: Inbox) -> None:
        if not isinstance(side.platform, OpensDirect):
            return
        await side.say("Hello", mention=True)
        question = await inbox.message()
        place = await side.platform.open_direct(question.thread, question.author.id)
        assert place == await side.platform.open_direct(question.thread, question.author.id)
        assert (place.instance, place.surface) == (question.thread.instance, Surface.DIRECT)
        await side.platform.post(place, Part("Only to you"), "one")
        assert [text.strip() for text in side.shown(place)] == ["Only to you"]

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
