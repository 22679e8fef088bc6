"""How much of each message of a turn has been told, over lost connections. Pure."""

from __future__ import annotations

from collections.abc import Container


class Texts:
    """Says which pieces and which whole texts are news, so that no word is told twice and none out of its place."""

    def __init__(self) -> None:
        self._length: dict[str, int] = {}
        """The characters told of each message, in the order in which they began."""
        self._shut: set[str] = set()
        """Messages whose pieces are not taken: finished ones, and those of which a piece was missed."""
        self._finished: set[str] = set()

    @property
    def ids(self) -> set[str]:
        """The messages of which anything came."""
        return set(self._length)

    def append(self, message_id: str, text: str, *, whole: bool = True) -> bool:
        """A piece came; True when it is to be told. `whole` is False when earlier pieces of it may be missing."""
        have = self._length.get(message_id)
        if have is None:
            have = 0
            if not whole:
                self._shut.add(message_id)
        if message_id in self._shut:
            self._length[message_id] = have
            return False
        self._length[message_id] = have + len(text)
        return True

    def replace(self, message_id: str, text: str, *, finished: bool) -> bool:
        """All of a message so far came; True when it is to be told. From here on its pieces follow on it."""
        have = self._length.get(message_id, 0)
        if finished:
            if message_id in self._finished and have == len(text):
                return False
            self._finished.add(message_id)
            self._shut.add(message_id)
        elif message_id in self._finished or len(text) < have:
            return False  # older than what was told
        else:
            self._shut.discard(message_id)
            if len(text) == have:
                return False
        self._length[message_id] = len(text)
        return True

    def miss(self, listed: Container[str]) -> None:
        """Pieces of every message that is not `listed` may have been missed: the next news of it is all of it."""
        self._shut.update(message_id for message_id in self._length if message_id not in listed)
