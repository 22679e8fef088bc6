"""Slack's rate limits as token buckets. Slack: rate limits (tiers per method, workspace and app)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` calls at once, then `per_minute`; one bucket for each channel where `per_channel`."""

    burst: float
    per_minute: float
    per_channel: bool = False


TIER_2 = Limit(10, 20)
TIER_3 = Limit(15, 50)
TIER_4 = Limit(25, 100)

REALISTIC: Mapping[str, Limit] = {
    "chat.postMessage": Limit(3, 60, per_channel=True),
    "chat.update": TIER_3,
    "chat.delete": TIER_3,
    "chat.startStream": TIER_2,
    "chat.appendStream": TIER_4,
    "chat.stopStream": TIER_2,
    "apps.connections.open": TIER_3,
    "conversations.info": TIER_3,
    "conversations.list": TIER_2,
    "conversations.replies": TIER_3,
    "conversations.history": TIER_3,
    "conversations.open": TIER_3,
    "users.conversations": TIER_3,
    "conversations.members": TIER_4,
    "users.info": TIER_4,
    "files.getUploadURLExternal": TIER_4,
    "files.completeUploadExternal": TIER_4,
    "team.info": TIER_3,
    "assistant.threads.setStatus": Limit(30, 600),
}


class Limiter:
    """Counts calls. With `scale` 0.01 a minute of Slack's passes in 0.6 seconds."""

    def __init__(self, limits: Mapping[str, Limit], scale: float = 1.0) -> None:
        self.limits = dict(limits)
        self._scale = scale
        self.refused = 0
        """How many calls were answered with 429."""
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, method: str, channel: str) -> float:
        """Spend one call: 0 when it may go through, else the seconds after which it is worth trying again."""
        limit = self.limits.get(method)
        if limit is None:
            return 0.0
        key = (method, channel if limit.per_channel else "")
        rate = limit.per_minute / 60 / self._scale
        now = time.monotonic()
        tokens, since = self._buckets.get(key, (limit.burst, now))
        tokens = min(limit.burst, tokens + (now - since) * rate)
        spent = tokens >= 1
        self._buckets[key] = (tokens - 1 if spent else tokens, now)
        self.refused += not spent
        return 0.0 if spent else (1 - tokens) / rate
