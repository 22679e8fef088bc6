"""Mentions, follow-ups, sessions and the words to the bot."""

from __future__ import annotations

from pathlib import Path

from bridge import notices
from tests.core.running import CONFIG, place


async def test_a_mention_is_answered_in_its_thread(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("Hello there", mention=True)
        await here.answered(question.thread, "1: Hello there")
        assert here.world.opened == {question.thread: "Hello there"}


async def test_a_follow_up_needs_no_mention_and_keeps_its_session(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "1: One")
        await here.world.say("Two", thread=question.thread)
        await here.answered(question.thread, "1: One", "2: Two")
        assert here.service.asked(here.session()) == ["One", "Two"]


async def test_two_threads_have_two_sessions(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        one = await here.world.say("One", mention=True)
        two = await here.world.say("Two", mention=True)
        await here.answered(one.thread, "1: One")
        await here.answered(two.thread, "1: Two")
        assert len(here.service.sessions) == 2


async def test_a_direct_message_is_one_conversation(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        first = await here.world.say("One", direct=True)
        await here.answered(first.thread, "1: One")
        await here.world.say("Two", direct=True)
        await here.answered(first.thread, "1: One", "2: Two")
        assert here.world.opened == {}


async def test_what_other_people_say_is_left_alone(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        chatter = await here.world.say("Lunch?")
        inside = await here.world.say("Yes!", thread=chatter.thread)
        question = await here.world.say("Hello", mention=True)
        await here.answered(question.thread, "1: Hello")
        assert here.world.shown(inside.thread) == ()
        assert len(here.service.sessions) == 1


async def test_an_event_that_is_delivered_again_is_answered_once(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("Hello", mention=True)
        here.world.send(question)
        await here.answered(question.thread, "1: Hello")
        here.world.send(question)
        other = await here.world.say("Other", mention=True)
        await here.answered(other.thread, "1: Other")
        assert here.world.shown(question.thread) == ("1: Hello",)


async def test_a_restart_resumes_the_session(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.running():
            question = await here.world.say("One", mention=True)
            await here.answered(question.thread, "1: One")
        async with here.running():
            await here.world.say("Two", thread=question.thread)
            await here.answered(question.thread, "1: One", "2: Two")
        assert here.service.asked(here.session()) == ["One", "Two"]


async def test_new_begins_a_fresh_session(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("One", mention=True)
        await here.answered(question.thread, "1: One")
        await here.world.say("New", thread=question.thread)
        await here.answered(question.thread, "1: One", notices.FRESH)
        await here.world.say("Two", thread=question.thread)
        await here.answered(question.thread, "1: One", notices.FRESH, "1: Two")


async def test_help_and_a_bare_mention_explain_the_bot(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        asked = await here.world.say("help", mention=True)
        bare = await here.world.say("", mention=True)
        await here.answered(asked.thread, notices.HELP)
        await here.answered(bare.thread, notices.HELP)
        assert here.service.sessions == {}


async def test_stop_with_nothing_to_stop_says_so(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        question = await here.world.say("stop", mention=True)
        await here.answered(question.thread, notices.NOTHING_TO_STOP)


async def test_where_no_route_applies_it_is_said_once_per_thread(tmp_path: Path) -> None:
    config = CONFIG + 'channels = ["#help"]\n'
    async with place(tmp_path) as here, here.running(config):
        lost = await here.world.say("Hello", mention=True)
        await here.answered(lost.thread, notices.UNROUTED)
        await here.world.say("Anybody?", thread=lost.thread, mention=True)
        question = await here.world.say("Hello", channel="help", mention=True)
        await here.answered(question.thread, "1: Hello")
        assert here.world.shown(lost.thread) == (notices.UNROUTED,)


async def test_an_operator_can_have_the_bot_silent_where_no_route_applies(tmp_path: Path) -> None:
    config = CONFIG.replace("[bridge]", '[bridge]\nunrouted = "silent"') + 'channels = ["#help"]\n'
    async with place(tmp_path) as here, here.running(config):
        lost = await here.world.say("Hello", mention=True)
        question = await here.world.say("Hello", channel="help", mention=True)
        await here.answered(question.thread, "1: Hello")
        assert here.world.shown(lost.thread) == ()


async def test_a_reply_in_the_channel_continues_the_conversation(tmp_path: Path) -> None:
    config = CONFIG + 'reply_in = "channel"\n'
    async with place(tmp_path) as here, here.running(config):
        question = await here.world.say("One", mention=True)
        assert question.in_channel is not None
        await here.answered(question.in_channel, "1: One")
        await here.ended(1)
        (answer,) = here.world.messages(question.in_channel)
        await here.world.say("Two", reply_to=answer.ref.id)
        await here.answered(question.in_channel, "1: One", "2: Two")


async def test_the_author_is_put_before_the_question_where_the_route_says_so(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running(CONFIG + "show_author = true\n"):
        question = await here.world.say("Hello", mention=True, author="Grace")
        await here.answered(question.thread, "1: Grace: Hello")


async def test_people_who_reply_to_a_question_talk_to_each_other(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running(CONFIG + 'reply_in = "channel"\n'):
        question = await here.world.say("One", mention=True)
        assert question.in_channel is not None
        await here.answered(question.in_channel, "1: One")
        await here.world.say("I wonder too", reply_to=question.id)
        other = await here.world.say("Two", mention=True)
        assert other.in_channel is not None
        await here.answered(other.in_channel, "1: Two")
        assert here.world.shown(question.in_channel) == ("1: One",)
