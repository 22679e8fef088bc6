"""Which message carries which marker. Pure but for the clock.

A marker goes out as the message's nonce. Discord tells a nonce in the response to the post and in the event that
follows it, and never again; but while it enforces a nonce, the same post again gives the message that is there
(Discord: Create Message, `enforce_nonce`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge import Clock, MessageId
from bridge_discord.ids import split, time_of

REMEMBERED = 2000
SKEW = timedelta(minutes=2)
"""How far Discord's clock and this machine's may be apart."""
ENFORCED = timedelta(minutes=1)
"""How long a nonce is surely enforced; Discord says "the past few minutes"."""
LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)


class Markers:
    """What this process knows of the markers of one bot's messages."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[MessageId, str] = OrderedDict()
        self._tried: OrderedDict[str, datetime] = OrderedDict()

    def trying(self, marker: str) -> None:
        """A post with this marker is about to be made."""
        self._tried.setdefault(marker, self._clock.now())
        limit(self._tried)

    def seen(self, message: MessageId, marker: str) -> None:
        """This message has this marker."""
        self._seen[message] = marker
        limit(self._seen)

    def message(self, marker: str) -> MessageId | None:
        """The message that is known to carry the marker."""
        return next((message for message, kept in self._seen.items() if kept == marker), None)

    def doubtful(self, marker: str, mine: Iterable[MessageId], since: datetime | None) -> list[MessageId]:
        """Those of the bot's messages that may carry the marker without anybody being able to tell.

        Not those whose marker is known, nor those from before the marker was first tried or `since`, nor those so
        young that posting again would give them.
        """
        first, last = self._tried.get(marker, since or LONG_AGO) - SKEW, self._clock.now() - ENFORCED
        return [one for one in mine if one not in self._seen and first <= time_of(split(one)[1]) <= last]


def limit(memory: OrderedDict[Any, Any]) -> None:
    """Keep the newest."""
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
