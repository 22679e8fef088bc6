"""Replies that grow by the platform's own streaming."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from bridge import (
    Complete,
    Delta,
    EventId,
    Message,
    Operation,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Rejected,
    Stopped,
    StreamStopped,
    TaskStatus,
    Thinking,
    ToolCall,
    TooLong,
    ToolStatus,
)
from bridge.testing import Ask, Script
from bridge.testing.script import Step
from tests.core.running import CONFIG, Place, place

PARKING = CONFIG.replace('grace = "1s"', 'grace = "0s"')


class Chapters:
    """A script that says each chapter only when the test asks for it."""

    def __init__(self, *chapters: str) -> None:
        self.chapters = chapters
        self._gates = [asyncio.Event() for _ in chapters]

    def say(self, number: int) -> str:
        """Let it say this chapter; what is said by then."""
        self._gates[number].set()
        return "".join(self.chapters[: number + 1])

    async def __call__(self, ask: Ask) -> AsyncIterator[Step]:
        for chapter, gate in zip(self.chapters, self._gates, strict=True):
            yield gate
            yield Delta("a", chapter)
        yield Complete("a", "".join(self.chapters))


@asynccontextmanager
async def streaming(directory: Path, script: Script, seconds: float = 240.0) -> AsyncIterator[Place]:
    """A place where messages grow, for so many seconds."""
    scripts: Mapping[str, Script] = {"echo": script}
    async with place(directory, scripts) as here:
        here.world.stream_seconds = seconds
        yield here


def operations(here: Place) -> set[Operation]:
    return {call.operation for call in here.world.calls} - {Operation.ACTIVITY, Operation.OPEN_THREAD}


def shows(here: Place, word: str) -> bool:
    return any(word in message.text for message in here.world.messages())


async def test_a_message_grows_and_nothing_is_edited(tmp_path: Path) -> None:
    script = Chapters("one **two", " three** four", " `five")
    async with streaming(tmp_path, script) as here, here.running():
        question = await here.world.say("Count", mention=True)
        script.say(0)
        await here.answered(question.thread, "one **two")
        script.say(1)
        await here.answered(question.thread, "one **two three** four")
        script.say(2)
        await here.answered(question.thread, "one **two three** four `five")
        await here.ended(1)
        assert operations(here) == {Operation.STREAM_START, Operation.STREAM_APPEND, Operation.STREAM_STOP}
        (message,) = here.world.messages(question.thread)
        assert not message.growing


async def test_what_is_shown_otherwise_than_it_grew_is_edited_in_the_end(tmp_path: Path) -> None:
    async with streaming(tmp_path, lambda ask: "one ![two](https://three)") as here, here.running():
        question = await here.world.say("?", mention=True)
        await here.answered(question.thread, "one ![two](https://three)")
        await here.ended(1)
        assert [call.operation for call in here.world.calls][-2:] == [Operation.STREAM_STOP, Operation.EDIT]


async def test_an_answer_that_turns_out_different_replaces_what_grew(tmp_path: Path) -> None:
    go_on = asyncio.Event()
    events: list[Step] = [Delta("a", "Teh answr"), go_on, Complete("a", "The answer")]
    async with streaming(tmp_path, lambda ask: events) as here, here.running():
        question = await here.world.say("?", mention=True)
        await here.answered(question.thread, "Teh answr")
        (before,) = here.world.messages(question.thread)
        go_on.set()
        await here.answered(question.thread, "The answer")
        await here.ended(1)
        assert here.world.messages(question.thread) == (before,)
        assert here.world.calls[-1].operation is Operation.EDIT


@pytest.mark.parametrize(
    "error", [Rejected("stopped"), TooLong("too long"), OutcomeUnknown("cut"), PlatformUnavailable("down")]
)
@pytest.mark.parametrize("operation", [Operation.STREAM_APPEND, Operation.STREAM_STOP])
async def test_the_same_message_is_finished_when_the_stream_breaks(
    tmp_path: Path, operation: Operation, error: PlatformError
) -> None:
    script = Chapters("one", " two", " three")
    async with streaming(tmp_path, script) as here, here.running():
        question = await here.world.say("Count", mention=True)
        here.world.fail(operation, error, done=isinstance(error, OutcomeUnknown))
        for number in range(3):
            await here.answered(question.thread, script.say(number))
        await here.ended(1)
        await here.answered(question.thread, "one two three")


@pytest.mark.parametrize("error", [RateLimited("later", retry_after=30), Rejected("no"), PlatformUnavailable("down")])
async def test_a_stream_that_cannot_start_is_a_post(tmp_path: Path, error: PlatformError) -> None:
    async with streaming(tmp_path, lambda ask: "one two three") as here, here.running():
        here.world.fail(Operation.STREAM_START, error)
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, "one two three")
        await here.ended(1)
        assert Operation.STREAM_APPEND not in operations(here)


async def test_a_start_of_unknown_outcome_is_found_and_not_made_again(tmp_path: Path) -> None:
    script = Chapters("one", " two")
    async with streaming(tmp_path, script) as here, here.running():
        here.world.fail(Operation.STREAM_START, OutcomeUnknown("cut"), done=True)
        question = await here.world.say("Count", mention=True)
        script.say(0)
        await here.world.until(lambda: here.world.messages(question.thread))
        script.say(1)
        await here.answered(question.thread, "one two")
        await here.ended(1)


async def test_a_start_without_a_receipt_is_found_by_the_next_process(tmp_path: Path) -> None:
    script = Chapters("one", " two")
    async with streaming(tmp_path, script) as here:
        async with here.running(PARKING):
            here.world.fail(Operation.STREAM_START, OutcomeUnknown("cut"), done=True)
            here.world.fail(Operation.HISTORY, PlatformUnavailable("down"), times=1000)
            question = await here.world.say("Count", mention=True)
            script.say(0)
            await here.world.until(lambda: here.world.messages(question.thread))
        here.world.turnstile.relent()
        async with here.running():
            script.say(1)
            await here.answered(question.thread, "one two")
            await here.ended(1)


async def test_a_parked_stream_is_finished_in_its_message(tmp_path: Path) -> None:
    script = Chapters("one", " two")
    async with streaming(tmp_path, script) as here:
        async with here.running(PARKING):
            question = await here.world.say("Count", mention=True)
            script.say(0)
            await here.answered(question.thread, "one")
        (before,) = here.world.messages(question.thread)
        assert before.growing
        async with here.running():
            script.say(1)
            await here.answered(question.thread, "one two")
            await here.ended(1)
            assert here.world.messages(question.thread) == (before,)


async def test_a_reply_that_outlives_many_streams_loses_nothing(tmp_path: Path) -> None:
    """Each chapter comes when the stream before it is over, as with minutes between the words."""
    fence = "```python\n" + "\n".join(f"line_{number}()" for number in range(5))
    chapters = ["# Begin\n\nFirst paragraph.\n\n", f"Code:\n\n{fence}\n", "more()\n", "```\n\nThe end", " of it."]
    script = Chapters(*chapters)
    async with streaming(tmp_path, script, seconds=0.02) as here, here.running():
        question = await here.world.say("Tell me", mention=True)
        for number in range(len(chapters)):
            await here.world.until(partial(shows, here, script.say(number).split()[-1]))
            await here.world.until(lambda: not any(one.growing for one in here.world.messages(question.thread)[:-1]))
        await here.ended(1)
        shown = here.world.shown(question.thread)
        lines = [line for text in shown for line in text.splitlines() if line and not line.startswith("```")]
        assert lines == [line for line in "".join(chapters).splitlines() if line and not line.startswith("```")]
        assert len(shown) > 1
        assert all(text.count("```") % 2 == 0 for text in shown)


async def test_a_long_answer_grows_in_one_message_after_another(tmp_path: Path) -> None:
    answer = "\n\n".join(f"Paragraph {number} " + "word " * 60 for number in range(30)).strip()
    async with streaming(tmp_path, lambda ask: answer) as here, here.running():
        question = await here.world.say("Tell me", mention=True)
        await here.world.until(lambda: " ".join(here.world.shown(question.thread)).split() == answer.split())
        await here.ended(1)
        assert not any(message.growing for message in here.world.messages(question.thread))
        assert all(len(text) <= 1000 for text in here.world.shown(question.thread))


async def test_tools_are_steps_of_the_message_that_grows(tmp_path: Path) -> None:
    events: list[Step] = [
        Delta("a", "Let me see."),
        ToolCall("b", "t", "search", ToolStatus.RUNNING),
        ToolCall("b", "t", "search", ToolStatus.DONE),
        Delta("c", "Found it."),
    ]
    async with streaming(tmp_path, lambda ask: events) as here, here.running():
        question = await here.world.say("?", mention=True)
        await here.answered(question.thread, "Let me see.\n\nFound it.")
        await here.ended(1)
        (message,) = here.world.messages(question.thread)
        assert [(task.title, task.status) for task in message.tasks.values()] == [("search", TaskStatus.DONE)]


@pytest.mark.parametrize(
    ("config", "shown"),
    [(CONFIG, "*Using `search`*\n\n*`mail` failed*\n\nFound it."), (CONFIG + "show = []\n", "Found it.")],
)
async def test_where_messages_do_not_grow_tools_are_lines_of_the_answer(
    tmp_path: Path, config: str, shown: str
) -> None:
    events: list[Step] = [
        ToolCall("b", "t", "search", ToolStatus.DONE),
        ToolCall("b", "u", "mail", ToolStatus.FAILED),
        Delta("c", "Found it."),
    ]
    async with place(tmp_path, {"echo": lambda ask: events}) as here, here.running(config):
        question = await here.world.say("?", mention=True)
        await here.answered(question.thread, shown)


async def test_thinking_is_quoted_where_it_is_wanted(tmp_path: Path) -> None:
    events: list[Step] = [Thinking("t", "hm\nwell"), Delta("c", "Found it.")]
    async with place(tmp_path, {"echo": lambda ask: events}) as here, here.running(CONFIG + 'show = ["thinking"]\n'):
        question = await here.world.say("?", mention=True)
        await here.answered(question.thread, "> hm\n> well\n\nFound it.")


async def test_who_stops_the_stream_stops_the_chatbot(tmp_path: Path) -> None:
    script = Chapters("one", " two", " three")
    async with streaming(tmp_path, script) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, script.say(0))
        here.world.fail(Operation.STREAM_APPEND, StreamStopped("stopped_by_user"))
        script.say(1)
        await here.ended(1)
        script.say(2)
        assert here.count("SELECT count(*) FROM turns WHERE state = 'cancelled'") == 1
        (message,) = here.world.messages(question.thread)
        assert not message.growing
        assert "three" not in message.text


def pressed(here: Place, question: Message, at: datetime | None = None) -> Stopped:
    """Stop, on the answer to a question, at that time or now."""
    (message,) = here.world.messages(question.thread)
    return Stopped(
        event_id=EventId(f"stop {question.id}"),
        id=message.ref.id,
        thread=question.thread,
        author=question.author,
        at=at or here.world.clock.now(),
    )


async def test_the_platforms_own_stop_is_like_the_word(tmp_path: Path) -> None:
    script = Chapters("one", " two")
    async with streaming(tmp_path, script) as here, here.running():
        question = await here.world.say("Count", mention=True)
        await here.answered(question.thread, script.say(0))
        here.world.send(pressed(here, question))
        await here.ended(1)
        assert here.world.shown(question.thread) == ("one",)
        assert here.count("SELECT count(*) FROM turns WHERE state = 'cancelled'") == 1


async def test_the_platforms_own_stop_does_not_come_too_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is pressed on a message that an earlier process left, whose turn is not taken up yet."""
    monkeypatch.setattr("bridge.recovery.SLICE", 1)
    monkeypatch.setattr("bridge.recovery.PAUSE", 3600.0)
    script = Chapters("one", " two")
    async with streaming(tmp_path, script) as here:
        script.say(0)
        async with here.running(PARKING):
            questions = [await here.world.say("Count", mention=True) for _ in range(2)]
            for question in questions:
                await here.answered(question.thread, "one")
        async with here.running():
            here.world.send(pressed(here, questions[1]))
            await here.ended(1)
            ended = "SELECT thread FROM turns JOIN threads ON threads.id = thread_id WHERE turns.state = 'cancelled'"
            assert here.text(ended) == questions[1].thread.id
