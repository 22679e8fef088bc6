"""Answers of many messages, through the whole program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from bridge_sandbox.vectorshift.answers import long_answer
from bridge_sandbox.view import Shown
from tests.integration.program.stage import Person, stage
from tests.integration.program.test_conversations import PLATFORMS, person


def landmarks(text: str) -> list[str]:
    """What the sandbox's long answers are known by, in order."""
    return re.findall(r"(?:Section|Paragraph|line|item|point) \d+(?:\.\d+)?|The end", text)


def three_parts(config: str) -> str:
    return config.replace("[[routes]]\n", "[[routes]]\nlimits = { parts = 3 }\n")


def messages(ada: Person, room: str) -> Sequence[Shown]:
    return [message for message in ada.people.shown(room) if message.bot and not message.deleted]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_three_messages_do_not_hold_is_in_a_file(tmp_path: Path, platform: str) -> None:
    source = long_answer(60_000)
    async with stage(tmp_path, three_parts) as here:
        here.sandbox.vectorshift.word_seconds = 0.0005
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("help", "a long 60000 answer")
        await ada.until(lambda: bool(messages(ada, thread)[-1].attachments), lambda: len(messages(ada, thread)))
        *parts, file = messages(ada, thread)
        shown = "\n".join(part.text for part in parts) + "\n" + attached(here.sandbox, platform, thread)
        assert landmarks(shown) == landmarks(source)
        assert (len(parts), len(file.attachments)) == (3, 1)
        assert "is in this file" in file.text


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(("draft", "end"), [(26_000, 3_000), (3_000, 26_000)])
async def test_what_the_chatbot_says_in_the_end_counts(tmp_path: Path, platform: str, draft: int, end: int) -> None:
    source = long_answer(end)
    async with stage(tmp_path) as here:
        here.sandbox.vectorshift.word_seconds = 0.002
        await here.start()
        ada = person(here, platform)
        thread = await ada.ask("help", f"a long {draft} answer, revised to {end}")
        await ada.until(
            lambda: landmarks("\n".join(ada.answers(thread))) == landmarks(source),
            lambda: [len(text) for text in ada.answers(thread)],
        )


def attached(sandbox: object, platform: str, room: str) -> str:
    """The content of the one file in a thread."""
    from bridge_sandbox.sandbox import Sandbox

    assert isinstance(sandbox, Sandbox)
    if platform == "slack":
        (upload,) = sandbox.slack.files.uploads.values()
        return (upload.content or b"").decode()
    (content,) = (f["content"] for m in sandbox.discord.world.channels[room].messages for f in m.attachments)
    return str(content)
