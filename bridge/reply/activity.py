"""Shows that the bot is at work until there is something to read."""

from __future__ import annotations

from collections.abc import Callable

from bridge.errors import PlatformError
from bridge.model import ThreadRef
from bridge.reply.outlet import Outlet

WORKING = "is thinking…"
LONGEST = 60.0
"""Seconds between two looks where a shown activity does not end by itself."""


async def show_activity(outlet: Outlet, thread: ThreadRef, status: Callable[[], str]) -> None:
    """Show it again and again until cancelled. It is a courtesy: what goes wrong with it is left at that.

    `status` gives what the chatbot is doing, empty when it does not say.
    """
    lasts = outlet.platform.capabilities.activity_seconds
    if lasts is None:
        return
    try:
        while True:
            await outlet.show_activity(thread, status() or WORKING)
            await outlet.clock.sleep(min(lasts * 0.8, LONGEST))
    except PlatformError:
        return
