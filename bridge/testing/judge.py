"""Judging what people saw and what a chatbot was asked, against what should have come of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: each question with the answer that belongs to it, in order; and what the bot shows there now.

    Every answer begins with words that no other has: `lead` of them.
    """

    name: str
    expected: Sequence[tuple[str, str]]
    shown: Sequence[str]


@dataclass(slots=True)
class Judgement:
    """How often each promise was broken; all 0 is as it should be."""

    questions: int = 0
    unanswered: int = 0
    """Questions whose answer does not stand in its conversation."""
    duplicates: int = 0
    """Answers that stand there once more."""
    disordered: int = 0
    """Conversations whose answers are not in the order of their questions."""
    inexact: int = 0
    """Answers that are there, but not word for word, and words that belong to none."""
    asked_twice: int = 0
    """Questions that the chatbot got more than once."""
    asked_never: int = 0
    strays: int = 0
    """Messages of the bot that stand where nobody asked anything."""
    notices: int = 0
    """Messages of the bridge's own: an answer could not be given, and the person was told."""
    details: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not (
            self.unanswered
            or self.duplicates
            or self.disordered
            or self.inexact
            or self.asked_twice
            or self.asked_never
            or self.strays
            or self.notices
        )

    def counts(self) -> Mapping[str, int]:
        """The numbers, by what they count."""
        return {
            "questions": self.questions,
            "unanswered": self.unanswered,
            "duplicates": self.duplicates,
            "order violations": self.disordered,
            "inexact": self.inexact,
            "asked twice": self.asked_twice,
            "never asked": self.asked_never,
            "strays": self.strays,
            "notices": self.notices,
        }


def judge(
    talks: Sequence[Talk],
    asked: Sequence[str],
    *,
    lead: int,
    elsewhere: Sequence[str] = (),
    notices: Sequence[str] = (),
) -> Judgement:
    """`asked` is everything that the chatbot was asked, in all sessions; `lead` words tell an answer from others.

    `elsewhere` is what the bot shows outside of `talks`. A message that is one of `notices` is counted as such, and the
    question that it stands in for not as unanswered.
    """
    verdict, times = Judgement(strays=len(elsewhere)), Counter(asked)
    verdict.details.extend(f"where nobody asked: {text}" for text in elsewhere)
    for talk in talks:
        for question, _ in talk.expected:
            verdict.questions += 1
            verdict.asked_twice += max(0, times[question] - 1)
            verdict.asked_never += not times[question]
            if times[question] != 1:
                verdict.details.append(f"{talk.name}: asked {times[question]} times: {question[:40]}")
        _judge_talk(talk, lead, notices, verdict)
    return verdict


def _judge_talk(talk: Talk, lead: int, notices: Sequence[str], verdict: Judgement) -> None:
    said = [_flat(text) for text in talk.shown]
    notices = [_flat(text) for text in notices]
    words = " ".join(said).split()
    answers = [answer.split() for _, answer in talk.expected]
    if words == [word for answer in answers for word in answer]:
        return
    verdict.details.append(f"{talk.name}: shown {list(talk.shown)}")
    told = sum(text in notices for text in said)
    verdict.notices += told
    text = left = f" {' '.join(text for text in said if text not in notices)} "
    places: list[int] = []
    missing = duplicates = inexact = 0
    for answer in answers:
        begin, whole = f" {' '.join(answer[:lead])} ", f" {' '.join(answer)} "
        if begin not in text:
            missing += 1
            continue
        places.append(text.index(begin))
        duplicates += text.count(begin) - 1
        inexact += whole not in left
        left = left.replace(whole, " ", 1)
    if left.strip() and not (missing or duplicates or inexact):
        inexact = 1  # words of nobody
    verdict.unanswered += max(0, missing - told)
    verdict.duplicates += duplicates
    verdict.inexact += inexact
    verdict.disordered += places != sorted(places)


def _flat(text: str) -> str:
    return " ".join(text.split())
