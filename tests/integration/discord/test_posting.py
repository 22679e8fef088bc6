"""Calls: idempotent posts, looking a post up, what went wrong, and what limits are reported."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bridge import (
    BudgetKey,
    Forbidden,
    InstanceFailed,
    Message,
    MessageId,
    NotEditable,
    OutcomeUnknown,
    Part,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Rejected,
    Unprovable,
)
from bridge.testing.contracts import Inbox
from bridge_sandbox.faults import Action, Fault
from tests.integration.discord.side import Side


@pytest.fixture
async def message(side: Side, inbox: Inbox) -> Message:
    """A question whose thread is open."""
    await side.say("What now?", mention=True)
    message = await inbox.message()
    await side.platform.open_thread(message.thread, message.text)
    return message


async def test_the_same_marker_posts_once(side: Side, message: Message) -> None:
    first = await side.platform.post(message.thread, Part("once"), "marker")
    assert await side.platform.post(message.thread, Part("once"), "marker") == first
    assert side.shown(message.thread) == ["once"]


async def test_nothing_pings_and_nothing_unfurls(side: Side, message: Message) -> None:
    ref = await side.platform.post(message.thread, Part("@everyone https://example.org"), "m")
    posted = side.fake.people.message(ref.id.partition(":")[2])
    assert not posted.pings
    assert posted.flags & 1 << 2
    await side.platform.edit(ref, Part("@everyone again"))
    assert not posted.pings


def earlier(side: Side, room: str, text: str, **more: str) -> None:
    """A message of the bot that is an hour old."""
    world = side.fake.world
    hour_ago = str(int(world.snowflakes.next()) - (3_600_000 << 22))
    world.post(world.channels[room], world.bot, text, message_id=hour_ago, **more)


async def test_another_process_posts_a_young_message_again_and_gets_the_same(side: Side, message: Message) -> None:
    ref = await side.platform.post(message.thread, Part("once"), "marker")
    later = Side(side.fake)
    assert await later.platform.find(message.thread, "marker") is None
    assert await later.platform.post(message.thread, Part("once"), "marker") == ref
    assert await later.platform.find(message.thread, "marker") == ref
    await later.platform.close()


async def test_another_process_cannot_tell_an_old_message_and_says_so(side: Side, message: Message) -> None:
    earlier(side, message.thread.id, "posted and forgotten")
    later = Side(side.fake)
    with pytest.raises(Unprovable, match="marker"):
        await later.platform.find(message.thread, "marker")
    await later.platform.close()


async def test_an_answer_from_before_the_question_is_not_taken_for_one_to_it(side: Side, message: Message) -> None:
    earlier(side, message.thread.id, "the answer to an earlier question")
    later = Side(side.fake)
    asked = datetime.now(UTC) - timedelta(minutes=30)
    assert await later.platform.find(message.thread, "marker", asked) is None
    await later.platform.close()


async def test_what_was_there_before_a_post_was_tried_is_not_taken_for_it(side: Side, message: Message) -> None:
    later = Side(side.fake)
    earlier(side, message.thread.id, "of an earlier process")
    side.fake.faults.add(Fault("POST*", action=Action.DROP))
    with pytest.raises(OutcomeUnknown):
        await later.platform.post(message.thread, Part("words"), "marker")
    assert await later.platform.find(message.thread, "marker") is None
    await later.platform.close()


async def test_a_chain_is_looked_through_without_the_answers_to_others(side: Side, inbox: Inbox) -> None:
    side.fake.deny("CREATE_PUBLIC_THREADS")
    await side.say("one", mention=True)
    await side.say("two", mention=True)
    one, two = await inbox.message(), await inbox.message()
    earlier(side, one.channel.id, "an answer", reply_to=one.thread.id)
    later = Side(side.fake)
    assert await later.platform.find(two.thread, "marker") is None
    with pytest.raises(Unprovable):
        await later.platform.find(one.thread, "marker")
    known = [f"{one.channel.id}:{shown.id}" for shown in side.fake.shown(one.channel.id) if shown.bot]
    assert await later.platform.find(one.thread, "marker", others=list(map(MessageId, known))) is None
    await later.platform.close()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("POST*", status=503), PlatformUnavailable),
        (Fault("POST*", status=500), OutcomeUnknown),
        (Fault("POST*", action=Action.DROP), OutcomeUnknown),
        (Fault("POST*", code=130000), PlatformUnavailable),
        (Fault("POST*", code=50001), Forbidden),
        (Fault("POST*", code=160005), Forbidden),
        (Fault("POST*", code=20028), RateLimited),
        (Fault("POST*", status=400, code=200000), Rejected),
        (Fault("POST*", status=400, code=50006), Rejected),
        (Fault("POST*", status=401), InstanceFailed),
        (Fault("POST*", status=429, retry_after=7.5), RateLimited),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else f"{value.status}-{value.code}-{value.action}",
)
async def test_a_refusal_says_what_to_do(
    side: Side, message: Message, fault: Fault, error: type[PlatformError]
) -> None:
    fault.times = 2 if fault.code == 50001 else 1
    side.fake.faults.add(fault)
    with pytest.raises(error) as raised:
        await side.platform.post(message.thread, Part("words"), "m")
    assert type(raised.value) is error
    assert side.fake.token not in str(raised.value)
    assert "words" not in str(raised.value)


async def test_what_can_no_longer_be_edited_is_told(side: Side, message: Message) -> None:
    ref = await side.platform.post(message.thread, Part("words"), "m")
    side.fake.faults.add(Fault("PATCH*", code=30046))
    with pytest.raises(NotEditable):
        await side.platform.edit(ref, Part("other words"))


@pytest.mark.parametrize("what", ["post", "edit", "delete"])
async def test_an_archived_thread_is_woken(side: Side, message: Message, what: str) -> None:
    ref = await side.platform.post(message.thread, Part("words"), "m1")
    thread = side.fake.world.channels[message.thread.id]
    thread.archived = True
    if what == "post":
        await side.platform.post(message.thread, Part("more words"), "m2")
    elif what == "edit":
        await side.platform.edit(ref, Part("other words"))
    else:
        await side.platform.delete(ref)
    assert not thread.archived
    shown = {"post": ["words", "more words"], "edit": ["other words"], "delete": []}
    assert side.shown(message.thread) == shown[what]


async def test_a_locked_thread_stays_archived(side: Side, message: Message) -> None:
    ref = await side.platform.post(message.thread, Part("words"), "m1")
    thread = side.fake.world.channels[message.thread.id]
    thread.archived = thread.locked = True
    with pytest.raises(NotEditable):
        await side.platform.edit(ref, Part("other words"))
    with pytest.raises(Forbidden):
        await side.platform.post(message.thread, Part("more words"), "m2")
    assert thread.archived


async def test_a_person_who_takes_no_direct_messages(side: Side, message: Message) -> None:
    side.fake.world.owner.takes_direct = False
    place = await side.platform.open_direct(message.thread, message.author.id)
    with pytest.raises(Forbidden):
        await side.platform.post(place, Part("words"), "m")


async def test_a_service_that_is_down_is_unavailable(side: Side, message: Message) -> None:
    await side.fake.stop()
    with pytest.raises(PlatformUnavailable):
        await side.platform.post(message.thread, Part("words"), "m")
    await side.fake.start()


async def test_limits_are_reported_for_the_bucket_that_they_are_about(side: Side, message: Message) -> None:
    side.fake.limits.enabled = True
    ref = await side.platform.post(message.thread, Part("words"), "m")
    await side.platform.edit(ref, Part("other words"))
    told = {key: remaining for key, remaining, _ in side.observed}
    assert told == {BudgetKey("post", message.thread.id): 4.0, BudgetKey("edit", message.thread.id): 4.0}
    assert all(0 < (reset or 0) <= 5 for _, _, reset in side.observed)


async def test_spending_the_last_token_does_not_hold_the_call_back(side: Side, message: Message) -> None:
    side.fake.limits.enabled = True
    ref = await side.platform.post(message.thread, Part("words"), "m")
    for number in range(5):
        await side.platform.edit(ref, Part(f"words {number}"))
    with pytest.raises(RateLimited) as refused:
        await side.platform.edit(ref, Part("one too many"))
    assert 0 < refused.value.retry_after <= 5
    assert side.observed[-1][:2] == (BudgetKey("edit", message.thread.id), 0.0)
    assert side.shown(message.thread) == ["words 4"]


async def test_a_limit_of_the_whole_bot_is_told_as_one(side: Side, message: Message) -> None:
    side.fake.limits.enabled = True
    side.fake.limits.spend_global()
    with pytest.raises(RateLimited):
        await side.platform.post(message.thread, Part("words"), "m")
    assert side.observed[-1][0] == BudgetKey("global")
