"""What is asked in the sweeps, and what must have come of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from bridge import Delta
from bridge.chatbot import Complete
from bridge.testing import CAPABILITIES, Ask, MemoryWorld
from bridge.testing.script import Step
from tests.recovery.stopped import HastyClock, Stage

SMALL = replace(CAPABILITIES, part_size=120, edit_gap=0.01)
PLATFORMS = ["nonces", "markers", "growing"]
QUESTIONS: Mapping[str, Sequence[str]] = {"short": ["One", "Two"], "long": ["One"]}
LONG = " ".join(f"word{number}" for number in range(45))
PIECE = 0.004
"""Seconds between two pieces of an answer."""


def answer(length: str, question: str) -> str:
    """What the chatbot says to a question."""
    return f"You said {question}" if length == "short" else f"{question}: {LONG}"


def script(length: str) -> Callable[[Ask], AsyncIterator[Step]]:
    """A chatbot that says its answer in three pieces."""

    async def say(ask: Ask) -> AsyncIterator[Step]:
        text, name = answer(length, ask.text), f"A{ask.turn}"
        for start in range(0, len(text), piece := -(-len(text) // 3)):
            yield Delta(name, text[start : start + piece])
            await asyncio.sleep(PIECE)
        yield Complete(name, text)

    return say


SCRIPTS = {length: script(length) for length in QUESTIONS}


def world_of(platform: str) -> MemoryWorld:
    """A platform that enforces markers, one that only finds them, or one on which messages grow."""
    world = MemoryWorld(capabilities=SMALL, clock=HastyClock(), idempotent=platform == "nonces")
    world.stream_seconds = 240.0 if platform == "growing" else None
    return world


async def ask(stage: Stage, first: str, *more: str) -> None:
    """Mention the bot, and go on in the thread."""
    question = await stage.world.say(first, mention=True)
    stage.said = [question, *[await stage.world.say(text, thread=question.thread) for text in more]]


def violations(stage: Stage, length: str, questions: Sequence[str] = ()) -> Iterator[str]:
    """What people and the chatbot saw that they should not have."""
    questions, shown = questions or QUESTIONS[length], [word for text in stage.shown for word in text.split()]
    if stage.unanswered:
        yield f"{stage.unanswered} questions have no end"
    if list(stage.asked) != [(question,) for question in questions]:
        yield f"asked {stage.asked}"
    if shown != [word for question in questions for word in answer(length, question).split()]:
        yield f"shown {stage.shown}"
    if {message.thread for message in stage.said} != set(stage.world.opened):
        yield f"opened {list(stage.world.opened)}"
