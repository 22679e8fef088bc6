"""The messages of one reply: written down before and after each post, so that none is posted twice."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bridge.budget.scheduler import Priority
from bridge.errors import OutcomeUnknown, Rejected
from bridge.model import MessageId, MessageRef, ThreadRef, UserId
from bridge.platform import Operation, Part, PartKind, SendsFiles, StreamsNatively, Task
from bridge.reply.insist import insist
from bridge.reply.marks import DIRECT, Slot, marker
from bridge.reply.outlet import Outlet
from bridge.store import PartRow, PartState, Store, TurnRow

_STREAM = "stream-"
"""Begins the markers, in the journal only, of parts that were started as messages that grow."""


@dataclass(slots=True)
class Shown:
    """One message of the reply; `text` is what was last confirmed to stand in it, None when that is not known."""

    ref: MessageRef
    text: str | None
    growing: bool = False
    """True while it can be appended to."""
    whole: bool = False
    """True when a message that grows shows all of its text, with nothing held back."""


class Journal:
    """Posts and edits the messages of one turn in one place. `seed` names the turn, the same in every process.

    `base` is added to the numbers that are written down; it tells the places of a turn apart.
    """

    def __init__(
        self, store: Store, outlet: Outlet, thread: ThreadRef, turn: TurnRow, seed: str, *, base: int = 0
    ) -> None:
        self._store = store
        self._outlet = outlet
        self._thread = thread
        self._base = base
        self._turn = turn.id
        self._conversation = turn.thread_id
        self._since = turn.created_at
        self._question = turn.messages[-1].message.id
        self._seed = seed
        self._unsure: set[int] = set()
        """Parts whose last post may have happened: they are looked up before they are posted again."""
        self._tried: set[int] = set()
        """Parts that may have been posted with an older text, which a post with the same marker gives back."""
        self._announced: dict[int, str] = {}
        """The markers with which parts are written down as about to be posted."""
        self._dropped: dict[int, MessageId] = {}
        """The messages that parts had before they were taken away: what is posted in their place has another marker."""
        self.answer: list[Shown] = []
        """The answer's messages, in order."""
        self.notices: set[int] = set()
        """The slots whose sentence was said."""

    async def restore(self, parts: Sequence[PartRow]) -> None:
        """Take up what an earlier process wrote down; a post without a receipt is looked up before it is made again.

        Rate limits and outages are waited out. Raises Rejected and InstanceFailed when the platform cannot be asked.
        """
        here = [row for row in parts if self._base <= row.number < self._base + DIRECT]
        for row in sorted(here, key=lambda part: part.number):
            number = row.number - self._base
            if row.state is PartState.DROPPED:
                await self._gone(number, row.message)
                continue
            message = await self._looked_up(row) if row.state is PartState.POSTING else row.message
            if message is None:
                continue
            if number >= Slot.CONTEXT:
                self.notices.add(number)
            elif number == len(self.answer):
                self.answer.append(Shown(MessageRef(self._thread, message), None))

    async def _gone(self, number: int, message: MessageId | None) -> None:
        """A part that an earlier process was about to take away, or did."""
        if message is not None:
            self._dropped[number] = message
            await self._retire(MessageRef(self._thread, message))

    async def _looked_up(self, row: PartRow) -> MessageId | None:
        """The message of a part that an earlier process was about to post, or to replace."""
        number = row.number - self._base
        self._announced[number] = row.marker
        self._tried.add(number)
        found = await insist(self._outlet.clock, lambda: self._find(row.marker))
        if found is None:
            return row.message
        if row.message is not None:
            await self._retire(MessageRef(self._thread, row.message))
        await self._store.parts.posted(self._turn, row.number, found.id)
        return found.id

    async def post(self, part: Part) -> None:
        """Post the next part of the answer. Called with the budget already taken.

        Raises PlatformError; then the same call may be made again and does not post twice.
        """
        number = len(self.answer)
        ref = await self._post(number, lambda mark: self._outlet.platform.post(self._thread, part, mark))
        self.answer.append(Shown(ref, None if number in self._tried else part.text))

    async def upload(self, part: Part, content: bytes) -> None:
        """Post a file as the last part of the answer, with `part` above it. As `post` otherwise."""
        platform = self._outlet.platform
        assert isinstance(platform, SendsFiles)  # noqa: S101 - others get no file
        ref = await self._post(len(self.answer), lambda mark: platform.upload(self._thread, part, content, mark))
        self.answer.append(Shown(ref, part.text))

    async def start(self, part: Part, asker: UserId, tasks: Sequence[Task]) -> None:
        """Begin the next part of the answer as a message that grows. As `post` otherwise, which may be called next."""
        number = len(self.answer)
        mark = f"{_STREAM}{self._marker(number)}"[:25]
        await self._announce(number, mark)
        try:
            ref = await self._streams().start_stream(self._thread, part.text, asker, tasks, last=part.final)
        except OutcomeUnknown:
            self._unsure.add(number)
            self._tried.add(number)
            raise
        await self._store.parts.posted(self._turn, self._base + number, ref.id)
        self.answer.append(Shown(ref, part.text, growing=True, whole=part.final))

    async def append(self, number: int, part: Part, tasks: Sequence[Task]) -> None:
        """Let a part that grows grow to this text. Called with the budget already taken."""
        shown = self.answer[number]
        await self._streams().append_stream(shown.ref, shown.text or "", part.text, tasks, last=part.final)
        shown.text, shown.whole = part.text, part.final

    async def stop(self, number: int, part: Part) -> None:
        """Let a part grow to this text, and no further. Called with the budget already taken."""
        shown = self.answer[number]
        await self._streams().stop_stream(shown.ref, shown.text or "", part.text, self._marker(number))
        shown.text = part.text if self._streams().shows_as_streamed(part.text) else None
        shown.growing = False

    async def say(self, slot: Slot, text: str) -> None:
        """Post a sentence of the bridge's own; said already is success. Outages and rate limits are waited out.

        Raises Rejected, InstanceFailed and StoreError.
        """
        outlet, part = self._outlet, Part(text, PartKind.NOTICE, final=True)

        async def post() -> None:
            await self._post(slot, lambda mark: outlet.platform.post(self._thread, part, mark))

        if slot not in self.notices:
            await insist(outlet.clock, lambda: outlet.call(Priority.FINAL, Operation.POST, self._thread, post))
            self.notices.add(slot)

    async def edit(self, number: int, part: Part) -> None:
        """Show this text in a part that is posted already. Called with the budget already taken."""
        shown = self.answer[number]
        await self._outlet.platform.edit(shown.ref, part)
        shown.text = part.text

    async def drop(self, number: int) -> None:
        """Take a message away that the answer does not need. Raises Rejected where it has to stay."""
        await self._store.parts.dropped(self._turn, self._base + number)
        await self._outlet.delete(self.answer[number].ref)

    async def replace(self, number: int, part: Part) -> None:
        """Post a part anew, because its message can no longer be edited, and take that away. As `post` otherwise."""
        old = self.answer[number].ref
        ref = await self._post(number, lambda mark: self._outlet.platform.post(self._thread, part, mark), replaces=old)
        self.answer[number] = Shown(ref, None if number in self._tried else part.text)

    async def _post(
        self, number: int, send: Callable[[str], Awaitable[MessageRef]], replaces: MessageRef | None = None
    ) -> MessageRef:
        mark = self._marker(number) if replaces is None else self._marker(number, replaces.id)
        before = self._announced.get(number, mark)
        ref = await self._find(before) if number in self._unsure else None
        if ref is None:
            await self._announce(number, mark, replaces=replaces is not None)
            try:
                ref = await send(mark)
            except OutcomeUnknown:
                self._unsure.add(number)
                self._tried.add(number)
                raise
        if replaces is not None:
            await self._retire(replaces)
        await self._store.parts.posted(self._turn, self._base + number, ref.id)
        self._unsure.discard(number)
        return ref

    async def _retire(self, ref: MessageRef) -> None:
        """Take a message away whose text stands in another. Where that is refused, it stays."""
        with contextlib.suppress(Rejected):
            await self._outlet.delete(ref)

    async def _announce(self, number: int, mark: str, *, replaces: bool = False) -> None:
        """Write down that a part is going to be posted now."""
        if self._announced.get(number) != mark:
            if replaces:
                await self._store.parts.replacing(self._turn, self._base + number, mark)
            else:
                await self._store.parts.posting(self._turn, self._base + number, mark, self._outlet.taken())
            self._announced[number] = mark
        # A process that stood still just now may have been taken for dead, and its post made by another one.
        self._store.confirm()

    def _marker(self, number: int, *more: str) -> str:
        dropped = [self._dropped[number]] if number in self._dropped else []
        return marker(self._seed, self._base + number, *dropped, *more)

    async def _find(self, mark: str) -> MessageRef | None:
        """The message that was posted with a marker. One that grew has none: it is the one that no receipt claims."""
        if not mark.startswith(_STREAM):
            others = await self._store.answers(self._conversation)
            return await self._outlet.find(self._thread, mark, self._since, others)
        place = self._thread
        for ref in await self._outlet.unmarked(place, self._question):
            claimed = await self._store.threads.find_by_answer(place.instance, place.workspace, place.channel, ref.id)
            if claimed is None:
                return ref
        return None

    def _streams(self) -> StreamsNatively:
        platform = self._outlet.platform
        assert isinstance(platform, StreamsNatively)  # noqa: S101 - parts grow on no other
        return platform
