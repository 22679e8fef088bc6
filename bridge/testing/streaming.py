"""The adapter of a MemoryWorld on which messages can grow."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.errors import Rejected
from bridge.model import MessageId, MessageRef, ThreadRef, UserId
from bridge.platform import Operation, Part, Task
from bridge.testing.memory import MemoryPlatform
from bridge.testing.screen import Shown


class StreamingMemoryPlatform(MemoryPlatform):
    """A MemoryPlatform with native streams too. What a message grew to is in its `history`, edits are as well."""

    stream_gap = 0.01

    @property
    def stream_seconds(self) -> float:
        return self.world.stream_seconds or 0.0

    def refuses_stream(self, thread: ThreadRef) -> str:
        return ""

    def fits_stream(self, text: str) -> bool:
        return len(text) <= self.capabilities.part_size // 2

    def shows_as_streamed(self, text: str) -> bool:
        return "![" not in text

    async def start_stream(
        self, thread: ThreadRef, text: str, asker: UserId, tasks: Sequence[Task] = (), *, last: bool = False
    ) -> MessageRef:
        async with self._call(Operation.STREAM_START, thread, text):
            ref = self.world.screen.post(thread, Part(text), "")
            shown = self.world.screen.get(ref)
            shown.growing = True
            shown.tasks |= {task.id: task for task in tasks}
            return ref

    async def append_stream(
        self, ref: MessageRef, before: str, text: str, tasks: Sequence[Task] = (), *, last: bool = False
    ) -> None:
        async with self._call(Operation.STREAM_APPEND, ref.thread, text):
            shown = self._grow(ref, before, text)
            shown.tasks |= {task.id: task for task in tasks}

    async def stop_stream(self, ref: MessageRef, before: str, text: str, marker: str) -> None:
        async with self._call(Operation.STREAM_STOP, ref.thread, text):
            shown = self._grow(ref, before, text)
            shown.growing, shown.marker = False, marker

    async def unmarked(self, thread: ThreadRef, after: MessageId) -> Sequence[MessageRef]:
        async with self._call(Operation.HISTORY, thread, after):
            return [shown.ref for shown in self.world.screen.messages(thread) if not shown.marker]

    def _grow(self, ref: MessageRef, before: str, text: str) -> Shown:
        shown = self.world.screen.get(ref)
        if not shown.growing:
            raise Rejected(f"message {ref.id} does not grow any more")
        if shown.text != before or not text.startswith(before):
            raise Rejected(f"message {ref.id} can only be appended to")
        shown.text = text
        shown.history.append(text)
        return shown
