"""The people of a chaos run: what they ask, and what they see."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bridge import notices
from bridge.testing import eventually
from bridge.testing.judge import Judgement, Talk, judge
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.view import RoomKind
from tests.chaos.plan import DIRECT, Question

CHANNEL = "general"
LEAD = 3
"""Words with which an answer begins that no other has: "You said: q0001"."""
NOTICES = (
    notices.UNCERTAIN,
    notices.FAILED,
    notices.UNAVAILABLE,
    notices.BUSY,
    notices.REFUSED,
    notices.MISCONFIGURED,
    notices.FORGOTTEN,
)
"""How a question may end instead of in an answer; none of the troubles excuses one."""


class Crowd:
    """Everybody who asks, and what they see."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._people = {people.service: people for people in sandbox.people}
        self._rooms: dict[tuple[str, int], str] = {}
        self._asked: dict[tuple[str, int], list[str]] = {}
        self._last_on_slack: tuple[str, str] | None = None
        self.changed = asyncio.Event()
        """Set by whatever changes on a screen."""
        for people in sandbox.people:
            people.watch(lambda _: self.changed.set())

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
        if question.platform == "discord":
            await eventually(lambda: any(room.id == place for room in people.rooms()), timeout=60)
        said = await people.say(place, question.text)
        self._note(question.platform, place, said.id)

    def repeat(self) -> bool:
        """Let Slack deliver the last question once more; False when there is none."""
        if self._last_on_slack is not None:
            self._sandbox.slack.redeliver(*self._last_on_slack)
        return self._last_on_slack is not None

    def judge(self) -> Judgement:
        """How it stands now."""
        talks = [self._talk(key, questions) for key, questions in self._asked.items()]
        service = self._sandbox.vectorshift
        asked = [text for session in service.sessions for text in service.asked(session)]
        return judge(talks, asked, lead=LEAD, elsewhere=self._elsewhere(), notices=NOTICES)

    def _talk(self, key: tuple[str, int], questions: Sequence[str]) -> Talk:
        people, place = self._people[key[0]], self._rooms[key]
        there = any(room.id == place for room in people.rooms())
        messages = people.shown(place) if there else []
        shown = [message.text for message in messages if message.bot and not message.deleted]
        expected = [(text, _answer(text, turn)) for turn, text in enumerate(questions, 1)]
        return Talk(f"{key[0]} {key[1]}", expected, shown)

    def _elsewhere(self) -> list[str]:
        """What the bot shows in rooms where nobody asked."""
        asked = {(platform, self._rooms[platform, talk]) for platform, talk in self._asked}
        return [
            f"{service} {room.name}: {message.text}"
            for service, people in self._people.items()
            for room in people.rooms()
            if (service, room.id) not in asked
            for message in people.shown(room.id)
            if message.bot and not message.deleted
        ]

    def _note(self, platform: str, place: str, message: str) -> None:
        if platform == "slack":
            self._last_on_slack = (place, message)


def _answer(question: str, turn: int) -> str:
    """What the chatbot `echo` says."""
    return f"You said: {question} (turn {turn} of this conversation)"
