"""Notices that this process stood still: a machine that slept, or a container that was frozen."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bridge import Clock

log = structlog.get_logger(__name__)

PULSE_SECONDS = 5.0


async def watch(clock: Clock, longest: float, stood_still: Callable[[], None]) -> None:
    """Call `stood_still` whenever this process did not run for more than `longest` seconds, until cancelled.

    Nobody else can tell: connections that ended meanwhile are found dead afterwards, and replaced at once. Both clocks
    are asked, since one of them stands still with the machine and the other may be set; then history is read in vain.
    """
    while True:
        before, at = clock.monotonic(), clock.now()
        await clock.sleep(PULSE_SECONDS)
        seconds = max(clock.monotonic() - before, (clock.now() - at).total_seconds())
        if seconds > longest:
            log.warning("slack.stood_still", seconds=round(seconds))
            stood_still()
