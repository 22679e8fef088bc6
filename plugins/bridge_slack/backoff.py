"""Growing waits between attempts."""

from __future__ import annotations

import random

FIRST = 0.5
MOST = 30.0


class Backoff:
    """Full jitter up to a bound that doubles from half a second to thirty."""

    def __init__(self) -> None:
        self._bound = FIRST

    def wait(self) -> float:
        """Seconds until the next attempt."""
        seconds = random.uniform(0, self._bound)  # noqa: S311 - jitter is no secret
        self._bound = min(self._bound * 2, MOST)
        return seconds

    def reset(self) -> None:
        """An attempt held."""
        self._bound = FIRST
