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
"""Seconds between two different statuses before the first text; after it, `PATIENCE`."""
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
    outlet: Outlet, thread: ThreadRef, document: Document, behind: Callable[[], float | None]
) -> None:
    """Show the `status` again and again until cancelled. It is a courtesy: what goes wrong with it is left at that.

    With text on screen it goes on only where it is a line of words: typing has nothing to add to an answer.
    """
    lasts = outlet.platform.capabilities.activity_seconds
    if lasts is None:
        return
    again, clock = min(lasts * 0.8, LONGEST), outlet.clock
    said, said_at, over_text = "", float("-inf"), False

    def say() -> str:
        nonlocal said, over_text
        said, over_text = status(document, behind()), behind() is not None
        return said

    try:
        while lasts >= LONGEST or behind() is None:
            reading = behind() is not None
            if reading and not over_text:
                said = ""  # the first message takes away what stood there
            new, passed = status(document, behind()), clock.monotonic() - said_at
            if (new and passed >= again) or (new != said and passed >= (PATIENCE if reading else SOONEST)):
                await outlet.show_activity(thread, say)
                said_at = clock.monotonic()
            await clock.sleep(LOOK)
    except PlatformError:
        return
    finally:
        if said and over_text:
            with contextlib.suppress(PlatformError, TimeoutError):
                await within(clock, LEAVING, outlet.show_activity(thread, str, last=True))
