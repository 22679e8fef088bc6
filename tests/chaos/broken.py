"""`python -m tests.chaos.broken SAFEGUARD run …`: bridge without one of its safeguards, to see that it is missed."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bridge.chatbots import Attached
from bridge.cli import main
from bridge.dialogue import Dialogue
from bridge.inbox import Inbox
from bridge.model import Event, EventId, Message, MessageId
from bridge.reply.journal import Journal
from bridge.store import PartRow


def without_journal() -> None:
    """What was posted before a crash is forgotten, and markers differ in each process."""

    async def restore(self: Journal, parts: Sequence[PartRow]) -> None:
        self._seed = uuid.uuid4().hex

    Journal.restore = restore  # type: ignore[method-assign]


def without_dedupe() -> None:
    """Each delivery is taken for a new message."""
    accept = Inbox.accept

    async def accepted(self: Inbox, event: Event, *, fetched: bool = False) -> None:
        if isinstance(event, Message) and not fetched:
            name = uuid.uuid4().hex
            event = replace(event, event_id=EventId(name), id=MessageId(f"{event.id}-{name}"))
        await accept(self, event, fetched=fetched)

    Inbox.accept = accepted  # type: ignore[method-assign]


def without_reconcile() -> None:
    """The chatbot is not asked whether it has the question already."""

    async def arrived(self: Dialogue, attached: Attached) -> bool:
        return False

    Dialogue._arrived = arrived  # type: ignore[method-assign]


SAFEGUARDS: Mapping[str, Callable[[], Any]] = {
    "journal": without_journal,
    "dedupe": without_dedupe,
    "reconcile": without_reconcile,
}

if __name__ == "__main__":
    SAFEGUARDS[sys.argv[1]]()
    main(sys.argv[2:])
