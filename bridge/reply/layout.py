"""What should stand on screen, against what does: the next step from one to the other. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.platform import Operation, Part, Platform
from bridge.reply.document import Document
from bridge.reply.journal import Shown
from bridge.reply.split import Splitter

SMALLEST = 0.25
"""The least share of the platform's part size that is tried when the platform calls parts too long."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next call that brings the screen closer to the text. A POST of a part that is there replaces its message."""

    operation: Operation
    number: int
    part: Part


class Layout:
    """Lays a document out in the messages of a reply. `answer` are those that are shown; it changes elsewhere."""

    def __init__(self, document: Document, answer: Sequence[Shown], platform: Platform) -> None:
        self._document = document
        self._answer = answer
        self._platform = platform
        self._splitter = Splitter()
        self._share = 1.0
        self._frozen: set[int] = set()

    def next(self, *, final: bool) -> Step | None:
        """The first part that does not stand on screen as it should; None when all do."""
        for number, text in enumerate(self._parts(final=final)):
            there = number < len(self._answer)
            if there and self._answer[number].text == text:
                continue
            edit = there and number not in self._frozen
            return Step(Operation.EDIT if edit else Operation.POST, number, Part(text, final=final))
        return None

    def surplus(self) -> Sequence[Shown]:
        """The messages that the whole text does not need."""
        return self._answer[len(self._parts(final=True)) :]

    def freeze(self, number: int) -> None:
        """The message of a part cannot be edited any more."""
        self._frozen.add(number)

    def thaw(self, number: int) -> None:
        """The part has a new message."""
        self._frozen.discard(number)

    def shrink(self) -> bool:
        """Make parts smaller than the platform's own number; False when that has been done often enough."""
        self._share *= 0.8
        self._splitter = Splitter()
        return self._share >= SMALLEST

    def _parts(self, *, final: bool) -> list[str]:
        text = self._document.text
        return self._splitter.advance(text, self._fits, final=final) if text else []

    def _fits(self, text: str) -> bool:
        return self._platform.size(Part(text)) <= self._platform.capabilities.part_size * self._share
