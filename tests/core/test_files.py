"""What does not stand in the messages that an answer may have follows as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge import Forbidden, Operation, OutcomeUnknown, PlatformUnavailable
from bridge.testing.world import CAPABILITIES
from tests.core.running import CONFIG, Place, place

LIMITED = CONFIG + "limits = { parts = 3 }\n"
ANSWER = "\n\n".join(f"Paragraph {number} " + f"word{number} " * 150 for number in range(12))


def words_of(here: Place) -> list[str]:
    """Every word of the answer that is shown, in order, file included."""
    shown = []
    for message in here.world.messages():
        shown += (message.text if message.content is None else message.content.decode()).split()
    return shown


async def test_the_rest_is_in_the_file_and_nothing_is_said_twice(tmp_path: Path) -> None:
    async with place(tmp_path, {"echo": lambda ask: ANSWER}) as here, here.running(LIMITED):
        await here.world.say("Tell me", mention=True)
        await here.ended(1)
        assert words_of(here) == ANSWER.split()
        *parts, file = here.world.messages()
        assert (len(parts), file.content is not None) == (3, True)
        assert "words, is in this file" in file.text


async def test_an_answer_that_just_fits_has_no_file(tmp_path: Path) -> None:
    answer = ANSWER[: 3 * CAPABILITIES.part_size - 500].rsplit(None, 1)[0]
    async with place(tmp_path, {"echo": lambda ask: answer}) as here, here.running(LIMITED):
        await here.world.say("Tell me", mention=True)
        await here.ended(1)
        assert words_of(here) == answer.split()
        assert all(message.content is None for message in here.world.messages())


async def test_where_no_file_can_be_posted_the_messages_go_on(tmp_path: Path) -> None:
    async with place(tmp_path, {"echo": lambda ask: ANSWER}) as here:
        here.world.fail(Operation.UPLOAD, Forbidden("no files here"))
        async with here.running(LIMITED):
            await here.world.say("Tell me", mention=True)
            await here.ended(1)
        assert words_of(here) == ANSWER.split()
        assert all(message.content is None for message in here.world.messages())


@pytest.mark.parametrize(("error", "done"), [(PlatformUnavailable("down"), False), (OutcomeUnknown("cut"), True)])
async def test_a_file_is_posted_once_whatever_happens_on_the_way(
    tmp_path: Path, error: PlatformUnavailable | OutcomeUnknown, done: bool
) -> None:
    async with place(tmp_path, {"echo": lambda ask: ANSWER}) as here:
        here.world.fail(Operation.UPLOAD, error, done=done)
        async with here.running(LIMITED):
            await here.world.say("Tell me", mention=True)
            await here.ended(1)
        assert words_of(here) == ANSWER.split()


async def test_a_file_without_a_receipt_is_found_by_the_next_process(tmp_path: Path) -> None:
    async with place(tmp_path, {"echo": lambda ask: ANSWER}) as here:
        here.world.fail(Operation.UPLOAD, OutcomeUnknown("cut"), done=True)
        here.world.fail(Operation.HISTORY, PlatformUnavailable("down"), times=1000)
        async with here.running(LIMITED.replace('grace = "1s"', 'grace = "0s"')):
            await here.world.say("Tell me", mention=True)
            await here.world.until(lambda: len(here.world.messages()) == 4)
        here.world.turnstile.relent()
        async with here.running(LIMITED):
            await here.ended(1)
        assert words_of(here) == ANSWER.split()
