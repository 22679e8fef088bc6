"""Playing a plan: a real `bridge run` beside the sandbox, people who ask, and blows; then silence, and judgement."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.testing.judge import Judgement, Talk, judge
from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.settings import MARK
from bridge_sandbox.view import RoomKind
from tests.chaos.blows import Blows
from tests.chaos.plan import DIRECT, Plan, Question, Trouble

CHANNEL = "general"
LEAD = 3
"""Words with which an answer begins that no other has: "You said: q0001"."""
ROUTE = '[[routes]]\nchatbot = "echo"\nwhen_busy = "queue"\n'
SCALE = 0.1
"""Of Slack's waits for acknowledgements and between redeliveries."""
WORD_SECONDS = 0.02
QUIET = 60.0
"""Seconds after the last blow within which everything must have come to its end."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan."""

    judgement: Judgement
    blows: Counter[Trouble]
    settled_after: float
    """Seconds from the end of the blows until everything was answered."""


async def play(
    plan: Plan, directory: Path, *, program: Sequence[str] = ("-m", "bridge"), quiet: float = QUIET
) -> Outcome:
    """Play it; `program` are the arguments of Python that run bridge. Files are written to `directory`."""
    async with Sandbox(word_seconds=WORD_SECONDS, scale=SCALE) as sandbox:
        config = sandbox.write_config(directory)
        config.write_text(one_route(config.read_text()))
        process = BridgeProcess(config, directory / "bridge.log", sandbox.wire, program=program)
        people = Crowd(sandbox)
        blows = Blows(sandbox, process, people.repeat)
        await process.start()
        if not await process.connected(30.0):
            raise RuntimeError(f"bridge did not connect:\n{process.last_lines()}")
        try:
            await _play(plan, people, blows)
            blows.heal()
            began = time.monotonic()
            verdict = people.judge()
            while not verdict.clean and time.monotonic() - began < quiet:
                await asyncio.sleep(0.2)
                verdict = people.judge()
            return Outcome(verdict, Counter(blow.trouble for blow in plan.blows), time.monotonic() - began)
        finally:
            await process.stop()


async def _play(plan: Plan, people: Crowd, blows: Blows) -> None:
    """Ask and strike, each at its time; one does not wait for the other."""
    began = time.monotonic()

    async def asking() -> None:
        for question in plan.questions:
            await asyncio.sleep(max(0.0, began + question.at - time.monotonic()))
            await people.ask(question)

    async def striking() -> None:
        for blow in plan.blows:
            await asyncio.sleep(max(0.0, began + blow.at - time.monotonic()))
            await blows.deal(blow)

    async with asyncio.TaskGroup() as group:
        group.create_task(asking())
        group.create_task(striking())


class Crowd:
    """Everybody who asks, and what they see."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._people = {people.service: people for people in sandbox.people}
        self._rooms: dict[tuple[str, int], str] = {}
        self._asked: dict[tuple[str, int], list[str]] = {}
        self._last_on_slack: tuple[str, str] | None = None

    async def ask(self, question: Question) -> None:
        """Mention the bot in the channel, or go on in the thread or DM."""
        people, key = self._people[question.platform], (question.platform, question.talk)
        place = self._rooms.get(key)
        if place is None and question.talk == DIRECT:
            place = self._rooms[key] = next(room.id for room in people.rooms() if room.kind is RoomKind.DIRECT)
        if place is None:
            channel = next(room.id for room in people.rooms() if room.name == CHANNEL and room.parent is None)
            said = await people.say(channel, f"{people.bot_mention} {question.text}")
            self._rooms[key] = f"{channel}:{said.id}" if question.platform == "slack" else said.id
            self._note(question.platform, channel, said.id)
        else:
            await self._go_on(question, place)
        self._asked.setdefault(key, []).append(question.text)

    async def _go_on(self, question: Question, place: str) -> None:
        """Write in a thread, which on Discord is there only once the bot has opened it."""
        people = self._people[question.platform]
        for _ in range(600):
            if any(room.id == place for room in people.rooms()) or question.platform == "slack":
                break
            await asyncio.sleep(0.1)
        said = await people.say(place, question.text)
        self._note(question.platform, place, said.id)

    async def repeat(self) -> None:
        """Let Slack deliver the last question once more."""
        if self._last_on_slack is not None:
            self._sandbox.slack.redeliver(*self._last_on_slack)

    def judge(self) -> Judgement:
        """How it stands now."""
        talks = [self._talk(key, questions) for key, questions in self._asked.items()]
        service = self._sandbox.vectorshift
        asked = [text for session in service.sessions for text in service.asked(session)]
        return judge(talks, asked, lead=LEAD)

    def _talk(self, key: tuple[str, int], questions: Sequence[str]) -> Talk:
        people, place = self._people[key[0]], self._rooms[key]
        there = any(room.id == place for room in people.rooms())
        messages = people.shown(place) if there else []
        shown = [message.text for message in messages if message.bot and not message.deleted]
        expected = [(text, _answer(text, turn)) for turn, text in enumerate(questions, 1)]
        return Talk(f"{key[0]} {key[1]}", expected, shown)

    def _note(self, platform: str, place: str, message: str) -> None:
        if platform == "slack":
            self._last_on_slack = (place, message)


def _answer(question: str, turn: int) -> str:
    """What the chatbot `echo` says."""
    return f"You said: {question} (turn {turn} of this conversation)"


def one_route(config: str) -> str:
    """The sandbox\'s configuration with one route for everything."""
    assert config.startswith(MARK)
    return config[: config.index("# Routes are read")] + ROUTE
