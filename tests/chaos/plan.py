"""What is asked and what goes wrong, and when: all from one seed. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

PLATFORMS = ("slack", "discord")
DIRECT = 0
"""The number of the conversation in a platform's DM."""
APART = 1.0
"""The least seconds between two questions of one conversation: people read before they write."""


class Trouble(StrEnum):
    """What can go wrong."""

    KILL = "kill -9"
    PAUSE = "SIGSTOP"
    SLACK_DROP = "Slack sockets cut"
    SLACK_REFRESH = "Slack refresh"
    SLACK_REDELIVERY = "Slack redelivery"
    SLACK_LIMIT = "Slack 429"
    SLACK_DOWN = "Slack 503"
    SLACK_CUT = "Slack call cut"
    SLACK_SLOW = "Slack slow"
    DISCORD_RESUME = "Discord RESUME"
    DISCORD_IDENTIFY = "Discord IDENTIFY"
    DISCORD_RECONNECT = "Discord opcode 7"
    DISCORD_LIMIT = "Discord 429"
    DISCORD_DOWN = "Discord 503"
    DISCORD_CUT = "Discord call cut"
    CHATBOT_DROP = "chatbot sockets cut"
    CHATBOT_CUT = "question cut"
    CHATBOT_DOWN = "chatbot 503"


@dataclass(frozen=True, slots=True)
class Question:
    """A person asks; `talk` numbers the conversations of a platform."""

    at: float
    platform: str
    talk: int
    text: str


@dataclass(frozen=True, slots=True)
class Blow:
    """Something goes wrong, as hard as `size` says (0 to 1)."""

    at: float
    trouble: Trouble
    size: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything, each in the order of its time; seconds from the start."""

    questions: Sequence[Question]
    blows: Sequence[Blow]


def plan(seed: int, seconds: float, *, per_second: float, troubles: Sequence[Trouble], every: float) -> Plan:
    """A plan: `per_second` questions, and one of `troubles` about `every` so many seconds, each kind as often."""
    dice = random.Random(seed)  # noqa: S311 - a game, not a secret
    questions: list[Question] = []
    asked_at: dict[tuple[str, int], float] = {}
    talks, moment = dict.fromkeys(PLATFORMS, DIRECT), 0.0
    while (moment := moment + dice.expovariate(per_second)) < seconds:
        platform = dice.choice(PLATFORMS)
        read = moment - APART
        known = [talk for talk in range(talks[platform] + 1) if asked_at.get((platform, talk), read) <= read]
        if dice.random() < 0.4 or not known:
            talks[platform] += 1
            known = [talks[platform]]
        talk = dice.choice(known)
        asked_at[platform, talk] = moment
        questions.append(Question(moment, platform, talk, _text(dice, len(questions))))
    blows: list[Blow] = []
    bag: list[Trouble] = []
    moment = 0.0
    while (moment := moment + every * dice.uniform(0.5, 1.5)) < seconds:
        bag = bag or dice.sample(troubles, len(troubles))
        blows.append(Blow(moment, bag.pop(), dice.random()))
    return Plan(questions, blows)


def _text(dice: random.Random, number: int) -> str:
    """A question unlike all others, mostly short, sometimes as long as a platform takes."""
    length = dice.choice([3, 12, 12, 40, 40, 160])
    return f"q{number:04} " + " ".join(f"w{dice.randrange(10_000):04}" for _ in range(length))
