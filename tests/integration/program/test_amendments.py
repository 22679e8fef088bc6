"""People change and delete their questions, with the real client libraries."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.testing import eventually
from tests.integration.program.stage import Person, Stage, stage
from tests.integration.program.test_conversations import PLATFORMS, person, said

QUESTION = " ".join(f"word{number}" for number in range(40))


async def mention(ada: Person, text: str) -> str:
    """Mention the bot in #general; the id of the question."""
    return (await ada.people.say(ada.room("general"), f"{ada.people.bot_mention} {text}")).id


async def change(here: Stage, platform: str, question: str, text: str) -> None:
    """Give a question in #general another text."""
    if platform == "slack":
        slack = here.sandbox.slack
        await slack.edit(here.slack.room("general"), question, f"{slack.bot_mention} {text}")
    else:
        here.sandbox.discord.people.edit(question, f"{here.sandbox.discord.bot_mention} {text}")


async def delete(here: Stage, platform: str, message: str, room: str) -> None:
    if platform == "slack":
        await here.sandbox.slack.delete(room, message)
    else:
        here.sandbox.discord.people.delete(message)


async def thread_of(ada: Person, question: str) -> str:
    """The thread below a question, once the bot answers there."""
    found: list[str] = []

    def answered() -> bool:
        found[:] = [room.id for room in ada.people.rooms() if room.id.endswith(question) and ada.answers(room.id)]
        return bool(found)

    await ada.until(answered)
    return found[0]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_changed_question_is_answered_anew_in_place(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        ada = person(here, platform)
        question = await mention(ada, QUESTION)
        thread = await thread_of(ada, question)
        await change(here, platform, question, "something short")
        await ada.sees(thread, said("something short", 2))
        assert here.asked()[0] == [QUESTION, "something short"]
        await here.stop()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_deleted_question_takes_its_answer_along(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        ada = person(here, platform)
        question = await mention(ada, QUESTION)
        thread = await thread_of(ada, question)
        await delete(here, platform, question, ada.room("general"))
        await ada.until(lambda: ada.answers(thread) == [], lambda: ada.answers(thread))
        await eventually(lambda: here.logged("turn.dropped"))
        await here.stop()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_deleting_the_answer_stops_it(tmp_path: Path, platform: str) -> None:
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.05
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("general", QUESTION)
        answer = next(message for message in ada.people.shown(thread) if message.bot)
        await delete(here, platform, answer.id, thread)
        (finished,) = await eventually(lambda: here.logged("turn.finished"))
        assert finished["state"] == "cancelled"
        assert ada.answers(thread) == []
        await ada.write(thread, "again")
        await ada.sees(thread, said("again", 2))
