"""The parts of one reply: which messages hold it, written down before and after each post."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.errors import OutcomeUnknown
from bridge.model import MessageRef, ThreadRef
from bridge.platform import Part, PartKind
from bridge.reply.outlet import Outlet
from bridge.store import PartRow, PartState, Store


def marker(*names: object) -> str:
    """A marker for a post: the same for the same names, 25 characters, safe in every protocol."""
    digest = hashlib.sha256("\x1f".join(map(str, names)).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:25]


@dataclass(slots=True)
class Shown:
    """One message of the reply; `text` is what was last confirmed to stand in it, None when that is not known."""

    ref: MessageRef
    text: str | None
    kind: PartKind = PartKind.ANSWER


class Journal:
    """Posts the parts of one turn's reply, each once."""

    def __init__(self, store: Store, outlet: Outlet, thread: ThreadRef, turn: int, seed: str) -> None:
        self._store = store
        self._outlet = outlet
        self._thread = thread
        self._turn = turn
        self._seed = seed
        self._open: set[int] = set()
        self.shown: list[Shown] = []

    def _marker(self, number: int) -> str:
        return marker(self._seed, number)

    async def restore(self, parts: Sequence[PartRow]) -> None:
        """Take up the parts of an earlier process; one whose receipt is missing is looked up.

        Raises PlatformError when the platform cannot be asked.
        """
        for row in sorted(parts, key=lambda part: part.number):
            message = row.message
            if row.state is PartState.POSTING or message is None:
                found = await self._outlet.find(self._thread, row.marker)
                if found is None:
                    break
                await self._store.part_posted(self._turn, row.number, found.id)
                message = found.id
            self.shown.append(Shown(MessageRef(self._thread, message), None))

    async def post(self, part: Part) -> None:
        """Post the next part. Called with the budget already taken.

        Raises PlatformError; then the same call may be made again and will not post twice.
        """
        number = len(self.shown)
        mark = self._marker(number)
        if number not in self._open:
            await self._store.part_posting(self._turn, number, mark)
            self._open.add(number)
        try:
            ref = await self._outlet.platform.post(self._thread, part, mark)
        except OutcomeUnknown:
            found = await self._outlet.find(self._thread, mark)
            if found is None:
                raise
            ref = found
        await self._store.part_posted(self._turn, number, ref.id)
        self.shown.append(Shown(ref, part.text, part.kind))

    async def edit(self, number: int, part: Part) -> None:
        """Show this text in a part that is posted already. Called with the budget already taken."""
        shown = self.shown[number]
        await self._outlet.platform.edit(shown.ref, part)
        shown.text = part.text

    async def replace(self, number: int, part: Part) -> None:
        """Post a part anew, because its message can no longer be edited."""
        mark = marker(self._seed, number, self.shown[number].ref.id)
        ref = await self._outlet.platform.post(self._thread, part, mark)
        await self._store.part_posted(self._turn, number, ref.id)
        self.shown[number] = Shown(ref, part.text, part.kind)
