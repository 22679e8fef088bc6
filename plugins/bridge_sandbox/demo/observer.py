"""Watches one platform's screen for what the bot answers to a question."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from bridge_sandbox.view import Change, People, Shown


class Observer:
    """The bot's messages that appear while the context is entered, in the order of their first appearance.

    A message counts when it is in `room` or in a thread below it.
    """

    def __init__(self, people: People, room: str, changed: Callable[[], None] = lambda: None) -> None:
        self._people = people
        self._room = room
        self._tell = changed
        self._messages: dict[str, Shown] = {}
        self._changed = asyncio.Event()
        self._unwatch: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        self._unwatch = self._people.watch(self._on_change)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unwatch()

    @property
    def messages(self) -> Sequence[Shown]:
        """What the bot has said, as it is on screen now."""
        return list(self._messages.values())

    @property
    def texts(self) -> Sequence[str]:
        """The texts of `messages`."""
        return [message.text for message in self._messages.values()]

    async def until(self, condition: Callable[[Sequence[str]], bool], timeout: float) -> bool:
        """Wait until `condition` holds for `texts`; False when it did not in `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while not condition(self.texts):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _on_change(self, change: Change) -> None:
        message = change.message
        if message is None or not message.bot or not self._is_here(message.room):
            return
        if message.deleted:
            self._messages.pop(message.id, None)
        else:
            self._messages[message.id] = message
        self._changed.set()
        self._tell()

    def _is_here(self, room_id: str) -> bool:
        return room_id == self._room or any(
            room.id == room_id and room.parent == self._room for room in self._people.rooms()
        )
