"""Ports for programs that are told theirs."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

FROM, TO = 10_000, 30_000
"""Below those that Linux gives out by itself: a connection of another test takes none of them meanwhile."""


def free_ports(count: int) -> int:
    """The first of so many ports in a row on which nobody listens."""
    for first in random.sample(range(FROM, TO, count), 100):
        with ExitStack() as taken:
            try:
                for port in range(first, first + count):
                    taken.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError(f"no {count} ports in a row are free")
