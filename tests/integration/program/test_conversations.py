"""The main job with the real client libraries: ask on both platforms, follow up, restart, carry on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bridge import notices
from bridge.testing import eventually
from bridge_sandbox.vectorshift.answers import long_answer
from tests.integration.program.stage import Person, Stage, stage

PLATFORMS = ["slack", "discord"]


def said(text: str, turn: int) -> str:
    """What the chatbot `echo` answers."""
    return f"You said: {text}\n\n(turn {turn} of this conversation)"


def person(here: Stage, platform: str) -> Person:
    return here.slack if platform == "slack" else here.discord


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_mention_and_a_follow_up_are_one_session(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", "hello there")
        await ada.sees(thread, said("hello there", 1))
        await ada.write(thread, "and more")
        await ada.sees(thread, said("hello there", 1), said("and more", 2))
        assert here.asked() == [["hello there", "and more"]]
        await here.stop()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_direct_message_needs_no_mention(tmp_path: Path, platform: str) -> None:
    def echo_in_private(config: str) -> str:
        return config.replace(
            'direct_messages = true\nchatbot         = "guide"', 'direct_messages = true\nchatbot = "echo"'
        )

    async with stage(tmp_path, echo_in_private) as here:
        await here.start()
        ada = person(here, platform)
        await ada.write(ada.direct, "psst")
        await ada.sees(ada.direct, said("psst", 1))
        await ada.write(ada.direct, "again")
        await ada.sees(ada.direct, said("psst", 1), said("again", 2))
        assert here.asked() == [["psst", "again"]]


async def test_two_threads_on_each_platform_are_four_sessions(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        for ada in (here.slack, here.discord):
            for word in ("one", "two"):
                thread = await ada.ask("general", word)
                await ada.sees(thread, said(word, 1))
        assert here.asked() == [["one"], ["two"], ["one"], ["two"]]


async def test_a_restart_resumes_the_same_sessions(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        threads = {ada: await ada.ask("general", "before") for ada in (here.slack, here.discord)}
        for ada, thread in threads.items():
            await ada.sees(thread, said("before", 1))
        await here.stop()
        await here.start()
        for ada, thread in threads.items():
            await ada.write(thread, "after")
            await ada.sees(thread, said("before", 1), said("after", 2))
        assert here.asked() == [["before", "after"]] * 2


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_an_answer_of_20000_characters_is_complete(tmp_path: Path, platform: str) -> None:
    def landmarks(text: str) -> list[str]:
        return re.findall(r"(?:Section|Paragraph|line|item|point) \d+(?:\.\d+)?|The end", text)

    source = long_answer(20_000)
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.0005
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("help", "a long 20000 answer")
        await ada.until(
            lambda: landmarks("\n".join(ada.answers(thread))) == landmarks(source),
            lambda: landmarks("\n".join(ada.answers(thread))),
        )
        assert len(ada.answers(thread)) >= (2 if platform == "slack" else 10)
        assert all(text.count("```") % 2 == 0 for text in ada.answers(thread))


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_channel_without_a_route_says_so_once(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("random", "is anybody there?")
        await ada.sees(thread, notices.UNROUTED)
        await ada.write(thread, f"{ada.people.bot_mention} hello?")
        other = await ada.ask("general", "and here?")
        await ada.sees(other, said("and here?", 1))
        assert ada.answers(thread) == [notices.UNROUTED]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_the_plain_words(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", "one")
        await ada.sees(thread, said("one", 1))
        await ada.write(thread, "new")
        await ada.sees(thread, said("one", 1), notices.FRESH)
        await ada.write(thread, "two")
        await ada.sees(thread, said("one", 1), notices.FRESH, said("two", 1))
        await eventually(lambda: len(here.logged("turn.finished")) == 2)
        await ada.write(thread, "stop")
        await ada.sees(thread, said("one", 1), notices.FRESH, said("two", 1), notices.NOTHING_TO_STOP)
        assert here.asked() == [["one"], ["two"]]
