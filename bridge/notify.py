"""Telling systemd how the program is. systemd: sd_notify(3)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Mapping

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"


def notify(state: str, environ: Mapping[str, str] = os.environ) -> None:
    """Say it, where somebody listens; what goes wrong with that is left at that."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # a name outside the file system
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.sendto(state.encode(), address)


async def keep_alive(environ: Mapping[str, str] = os.environ) -> None:
    """Say that the event loop turns, twice in each time after which systemd would think that it does not."""
    micros = environ.get("WATCHDOG_USEC", "")
    if not micros.isdecimal():
        return
    while True:
        notify(ALIVE, environ)
        await asyncio.sleep(int(micros) / 2_000_000)
