"""What a connection tells whoever talks over it."""

from __future__ import annotations

from typing import Protocol

from bridge import ChatbotError
from bridge_vectorshift.frames import Frame
from bridge_vectorshift.link import Link


class Owner(Protocol):
    """Whose attachment it is."""

    @property
    def busy(self) -> bool:
        """True while a lost connection has to be replaced."""
        ...

    def handle(self, frame: Frame) -> None:
        """A frame that answers no request."""
        ...

    async def attached(self, link: Link) -> None:
        """There is a new connection, which nothing else uses yet."""
        ...

    def interrupted(self) -> None:
        """The connection was lost while busy: frames are missed from here to `catch_up`. Called for every attempt."""
        ...

    async def catch_up(self, link: Link) -> None:
        """It was replaced; ask for what was missed. Raises ChatbotUnavailable when that cannot be had."""
        ...

    def failed(self, error: ChatbotError) -> None:
        """It could not be replaced."""
        ...

    def tick(self, seconds: float) -> None:
        """So much time has passed."""
        ...
