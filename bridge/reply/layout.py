"""What should stand on screen, against what does: the next step from one to the other. No I/O."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bridge import notices
from bridge.platform import Operation, Part, PartKind, Platform, SendsFiles, Task, TaskStatus
from bridge.reply.document import Document
from bridge.reply.journal import Shown
from bridge.reply.split import Fits, Splitter

SMALLEST = 0.25
"""The least share of the platform's part size that is tried when the platform calls parts too long."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next call that brings the screen closer to the text. A POST of a part that is there replaces its message."""

    operation: Operation
    number: int
    part: Part
    content: bytes = b""
    """The file of an UPLOAD."""
    tasks: Sequence[Task] = ()
    """The news of the chatbot's steps, for a message that grows."""


class Layout:
    """Lays a document out in the messages of a reply. `answer` are those that are shown; it changes elsewhere.

    What does not stand in the first `most` messages follows as a file at the end, where the platform takes files.
    """

    def __init__(self, document: Document, answer: Sequence[Shown], platform: Platform, most: int) -> None:
        self._document = document
        self._answer = answer
        self._platform = platform
        self._splitter = Splitter()
        self._most = most if isinstance(platform, SendsFiles) else sys.maxsize
        self._share = 1.0
        self._frozen: set[int] = set()
        self._aged: set[int] = set()
        self._tasks: dict[str, Task] = {}
        """The steps of the chatbot as they are shown in messages that grow."""
        self._fits_stream: Fits | None = None
        self.streaming = False
        """Whether a new part begins as a message that grows."""
        self.append_ends = False
        """Whether the end of a message that grows is appended, and the message stopped after that."""

    def next(self, *, final: bool) -> Step | None:
        """The first part that does not stand on screen as it should; None when all do."""
        parts = self._parts(final=final)
        for number, text in enumerate(parts[: self._most]):
            last = number == len(parts) - 1
            if last and final and self.streaming and number == len(self._answer):
                return Step(Operation.STREAM_START, number, Part(text, final=True), tasks=self._document.tasks)
            step = self._toward(number, text, growing=last and not final)
            if step is not None:
                return replace(step, part=Part(step.part.text, final=final))
        if final and len(parts) > self._most == len(self._answer):
            return self._file()
        return None

    def surplus(self) -> Sequence[Shown]:
        """The messages that the whole text does not need."""
        needed = len(self._parts(final=True))
        return self._answer[min(needed, self._most + 1) :]

    def refuse_files(self) -> None:
        """No file can be posted: the whole text follows in messages."""
        self._most = sys.maxsize

    def stream(self, fits: Fits) -> None:
        """Let new parts grow. All parts are small enough for `fits` from now on, also when that comes to an end."""
        self._fits_stream = fits
        self.streaming = True

    def roll(self) -> None:
        """The message that grows has grown for long enough: begin another, or go on by edits where that cannot be."""
        if self._answer and self._answer[-1].growing and not self._splitter.roll(self._text, self._fits):
            self._aged.add(len(self._answer) - 1)

    def told(self, tasks: Sequence[Task]) -> None:
        """These steps of the chatbot are shown."""
        self._tasks |= {task.id: task for task in tasks}

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

    def _file(self) -> Step:
        rest = self._splitter.rest(self._text, self._most)
        summary = notices.CONTINUED.format(words=f"{len(rest.split()):,}")
        part = Part(summary, PartKind.NOTICE, final=True)
        return Step(Operation.UPLOAD, self._most, part, f"{rest}\n".encode())

    def _toward(self, number: int, text: str, *, growing: bool) -> Step | None:
        """The next call towards `text`; `growing` when more of it comes."""
        if number == len(self._answer) and growing and self.streaming:
            tasks = [task for task in self._document.tasks if self._is_news(task) or task.status is TaskStatus.RUNNING]
            return Step(Operation.STREAM_START, number, Part(self._splitter.growing(self._text)), tasks=tasks)
        if number < len(self._answer) and self._answer[number].growing:
            goal = self._splitter.growing(self._text) if growing else text
            return self._grown(number, goal, growing=growing and number not in self._aged)
        there = number < len(self._answer)
        if there and self._answer[number].text == text:
            return None
        edit = there and number not in self._frozen
        return Step(Operation.EDIT if edit else Operation.POST, number, Part(text))

    def _grown(self, number: int, goal: str, *, growing: bool) -> Step | None:
        """A text that does not begin with what stands there stops the message, to be edited then."""
        there = self._answer[number]
        shown = there.text or ""
        tasks = list(filter(self._is_news, self._document.tasks)) if growing else []
        if growing and shown.startswith(goal) and not tasks:
            return None
        further = goal.startswith(shown)
        appended = (growing and (further or shown.startswith(goal))) or (
            further and self.append_ends and not (goal == shown and there.whole)
        )
        operation = Operation.STREAM_APPEND if appended else Operation.STREAM_STOP
        return Step(operation, number, Part(goal if further else shown), tasks=tasks)

    def _is_news(self, task: Task) -> bool:
        return self._tasks.get(task.id) != task

    @property
    def _text(self) -> str:
        """Messages that grow show tools as tasks, others as lines of the text."""
        return self._document.spoken if self.streaming else self._document.text

    def _parts(self, *, final: bool) -> list[str]:
        text = self._text
        return self._splitter.advance(text, self._fits, final=final) if text else []

    def _fits(self, text: str) -> bool:
        if self._fits_stream is not None and not self._fits_stream(text):
            return False
        return self._platform.size(Part(text)) <= self._platform.capabilities.part_size * self._share
