"""The conversation that `bridge demo --once` plays, and what must come of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.vectorshift.answers import echo_answer, guide_answer, remembered
from bridge_sandbox.view import People

FIRST = "What did I say first?"
HOW = "How does this work?"


class MismatchError(Exception):
    """Something did not come out as it should."""


Expected = Callable[[Sequence[str]], bool]
"""Whether the bot's messages, oldest first, are the whole answer."""


class Player(Protocol):
    """Plays one step of the script, visibly."""

    async def ask(self, title: str, people: People, room: str, text: str, expected: Expected) -> str:
        """Write `text` in `room` and wait for the answer; the room in which it is. Raises MismatchError."""
        ...

    async def restart(self, title: str) -> None:
        """Stop the bridge and start it again. Raises MismatchError."""
        ...


async def play(player: Player, world: Sandbox) -> None:
    """The whole conversation. Raises MismatchError at the first thing that is not right."""
    threads: dict[str, str] = {}
    for people in world.people:
        name, mention = people.service.capitalize(), people.bot_mention
        hello = f"Hello, {name}!"
        general = _room(people, "general")
        thread = await player.ask(
            f"{name}: a mention in #general", people, general, f"{mention} {hello}", exactly(echo_answer(hello, 1))
        )
        if thread == general:
            raise MismatchError(f"the answer is in #general of {name}, not in a thread")
        threads[people.service] = thread
        await player.ask(f"{name}: the thread goes on, no mention", people, thread, FIRST, _memory([hello], FIRST))
    for people in world.people:
        name, direct = people.service.capitalize(), _room(people, None)
        await player.ask(
            f"{name}: a long answer in a direct message", people, direct, HOW, same_words(guide_answer(HOW))
        )
        if not any(message.bot and message.edits for message in people.shown(direct)):
            raise MismatchError(f"the long answer on {name} was not shown while it was written")
        await player.ask(f"{name}: the direct conversation goes on", people, direct, FIRST, _memory([HOW], FIRST))
    await player.restart("The bridge is stopped, and started again")
    for people in world.people:
        name, again = people.service.capitalize(), "Are you still there?"
        await player.ask(
            f"{name}: the thread goes on after the restart",
            people, threads[people.service], again, exactly(echo_answer(again, 3)),
        )  # fmt: skip
    check_sessions(world)


def check_sessions(world: Sandbox) -> None:
    """Each conversation has one session, which was asked what was asked in it, once. Raises MismatchError."""
    asked = sorted(world.vectorshift.asked(session) for session in world.vectorshift.sessions)
    names = [people.service.capitalize() for people in world.people]
    expected = sorted([[f"Hello, {name}!", FIRST, "Are you still there?"] for name in names] + [[HOW, FIRST]] * 2)
    if asked != expected:
        raise MismatchError(f"the sessions were asked {asked}, expected was {expected}")
    if world.slack.pinged:
        raise MismatchError(f"the bot pinged {world.slack.pinged} on Slack")


def exactly(text: str) -> Expected:
    """One message with this very text."""
    return lambda texts: list(texts) == [text]


def same_words(text: str) -> Expected:
    """All words of `text`, each once and in order, over as many messages as the platform needs.

    What a platform cannot show is shown otherwise: the marks around the words are not compared, and neither are the
    words of a table's header, which may be repeated for each row.
    """
    before, header, rows, after = (_words([part]) for part in _around_table(text))
    cells = [word for word in rows if word not in header]

    def right(texts: Sequence[str]) -> bool:
        words = _words(texts)
        end = len(words) - len(after)
        table = [word for word in words[len(before) : end] if word not in header]
        return len(before) <= end and words[: len(before)] == before and words[end:] == after and table == cells

    return right


def _around_table(text: str) -> tuple[str, str, str, str]:
    """What stands before the first table of `text`, its header, its rows, and what stands after it."""
    lines = text.splitlines()
    table = [number for number, line in enumerate(lines) if line.startswith("|")] or [len(lines)]
    first, last = table[0], table[-1] + 1
    before, header, rows, after = lines[:first], lines[first : first + 1], lines[first + 2 : last], lines[last:]
    return "\n".join(before), "\n".join(header), "\n".join(rows), "\n".join(after)


def _words(texts: Sequence[str]) -> list[str]:
    lines = (line for text in texts for line in text.splitlines() if not line.lstrip().startswith("```"))
    return [word for line in lines for word in re.findall(r"\w+", line)]


def _memory(earlier: Sequence[str], question: str) -> Expected:
    answer = remembered(earlier, question)
    if answer is None:
        raise ValueError(f"{question!r} is not about the conversation")
    return exactly(answer)


def _room(people: People, name: str | None) -> str:
    """The id of the channel of that name; of the DM with the bot for None."""
    return next(
        room.id
        for room in people.rooms()
        if (room.kind == "direct" if name is None else room.name == name) and room.parent is None
    )
