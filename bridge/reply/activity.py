"""Shows that the bot is at work: until there is something to read, and when newer text has to wait for long."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from bridge.clock import within
from bridge.errors import PlatformError
from bridge.model import ThreadRef
from bridge.reply.document import Document
from bridge.reply.outlet import Outlet

WORKING = "is thinking…"
WRITING = "is writing… {words:,} words so far"
PATIENCE = 10.0
"""Seconds for which text may wait to be shown before a status line says that there is some."""
LONGEST = 60.0
"""Seconds after which the same status is shown again, where it does not end sooner by itself."""
LOOK = 2.0
"""Seconds between two looks."""
SOONEST = 5.0
"""Seconds between two different statuses."""
LEAVING = 5.0
"""Seconds in which a status line is taken away at the end; the platform does it later."""


def status(document: Document, behind: float | None) -> str:
    """What to say now; empty for nothing.

    `behind` is for how many seconds text has waited to be shown, None before the first is on screen.
    """
    if behind is None:
        return document.activity or WORKING
    if behind < PATIENCE:
        return document.activity
    return WRITING.format(words=len(document.text.split()))


async def show_activity(
    outlet: Outlet, thread: ThreadRef, line: Callable[[], str], reading: Callable[[], bool]
) -> None:
    """Show `line()` again and again until cancelled. It is a courtesy: what goes wrong with it is left at that.

    Once people are `reading()`, it goes on only where it is a line of text: typing has nothing to add to an answer.
    """
    lasts = outlet.platform.capabilities.activity_seconds
    if lasts is None:
        return
    again, clock = min(lasts * 0.8, LONGEST), outlet.clock
    shown, shown_at, began = "", float("-inf"), False
    try:
        while lasts >= LONGEST or not reading():
            if reading() and not began:
                shown, began = "", True  # the first message takes away what stood there
            new, passed = line(), clock.monotonic() - shown_at
            if (new and passed >= again) or (new != shown and passed >= SOONEST):
                await outlet.show_activity(thread, line)
                shown, shown_at = new, clock.monotonic()
            await clock.sleep(LOOK)
    except PlatformError:
        return
    finally:
        if shown and began:
            with contextlib.suppress(PlatformError, TimeoutError):
                await within(clock, LEAVING, outlet.show_activity(thread, lambda: ""))
