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
        }


def judge(talks: Sequence[Talk], asked: Sequence[str], *, lead: int) -> Judgement:
    """`asked` is everything that the chatbot was asked, in all sessions; `lead` words tell an answer from others."""
    verdict, times = Judgement(), Counter(asked)
    for talk in talks:
        for question, _ in talk.expected:
            verdict.questions += 1
            verdict.asked_twice += max(0, times[question] - 1)
            verdict.asked_never += not times[question]
            if times[question] != 1:
                verdict.details.append(f"{talk.name}: asked {times[question]} times: {question[:40]}")
        _judge_talk(talk, lead, verdict)
    return verdict


def _judge_talk(talk: Talk, lead: int, verdict: Judgement) -> None:
    words = " ".join(talk.shown).split()
    answers = [answer.split() for _, answer in talk.expected]
    if words == [word for answer in answers for word in answer]:
        return
    before = verdict.unanswered, verdict.duplicates, verdict.inexact
    text = left = f" {' '.join(words)} "
    places: list[int] = []
    for answer in answers:
        begin, whole = f" {' '.join(answer[:lead])} ", f" {' '.join(answer)} "
        if begin not in text:
            verdict.unanswered += 1
            continue
        places.append(text.index(begin))
        verdict.duplicates += text.count(begin) - 1
        verdict.inexact += whole not in left
        left = left.replace(whole, " ", 1)
    verdict.disordered += places != sorted(places)
    if left.strip() and before == (verdict.unanswered, verdict.duplicates, verdict.inexact):
        verdict.inexact += 1  # words of nobody
    verdict.details.append(f"{talk.name}: shown {list(talk.shown)}")
