"""Rate limits as Discord tells of them: a bucket per route and channel, and one for the whole bot."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass

ID = re.compile(r"/\d+")


@dataclass(frozen=True, slots=True)
class Rate:
    """`limit` calls in each window of `seconds`."""

    limit: int
    seconds: float


PER_ROUTE = Rate(5, 5.0)
"""What people observe for posts and, apart from them, edits in one channel; Discord does not document it."""
GLOBAL = Rate(50, 1.0)
"""Discord: Rate Limits, Global Rate Limit."""


@dataclass(slots=True)
class Window:
    """One bucket: what is left until `ends`."""

    remaining: int
    ends: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call goes through, and the headers that its answer carries."""

    retry_after: float | None
    whole_bot: bool
    headers: dict[str, str]


class Limits:
    """Counts calls. `scale` 0.1 makes every window ten times shorter."""

    def __init__(self, *, enabled: bool = False, scale: float = 1.0) -> None:
        self.enabled = enabled
        self.scale = scale
        self.refused = 0
        """How many calls were answered with 429."""
        self._windows: dict[str, Window] = {}

    def take(self, method: str, path: str) -> Verdict:
        """Count one call."""
        if not self.enabled:
            return Verdict(None, whole_bot=False, headers={})
        now = time.time()
        whole = self._window("global", GLOBAL, now)
        template = f"{method} {ID.sub('/:id', path)}"
        major = "".join(ID.findall(path)[:1])
        window = self._window(f"{template}{major}", PER_ROUTE, now)
        for one, name in ((whole, "global"), (window, "user")):
            if one.remaining <= 0:
                self.refused += 1
                headers = self._headers(template, window, now) | {"X-RateLimit-Scope": name}
                if one is whole:
                    headers["X-RateLimit-Global"] = "true"
                wait = max(0.001, one.ends - now)
                return Verdict(wait, one is whole, headers | {"Retry-After": str(int(wait) + 1)})
        whole.remaining -= 1
        window.remaining -= 1
        return Verdict(None, whole_bot=False, headers=self._headers(template, window, now))

    def spend_global(self) -> None:
        """Use up what the whole bot has for the present second."""
        self._window("global", GLOBAL, time.time()).remaining = 0

    def _window(self, key: str, rate: Rate, now: float) -> Window:
        window = self._windows.get(key)
        if window is None or now >= window.ends:
            window = self._windows[key] = Window(rate.limit, now + rate.seconds * self.scale)
        return window

    @staticmethod
    def _headers(template: str, window: Window, now: float) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(PER_ROUTE.limit),
            "X-RateLimit-Remaining": str(window.remaining),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, window.ends - now):.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(template.encode()).hexdigest()[:32],
        }
