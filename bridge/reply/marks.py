"""What tells the messages of a turn apart: on the platform by their markers, in the journal by their numbers. Pure."""

from __future__ import annotations

import base64
import hashlib
from enum import IntEnum


def marker(*names: object) -> str:
    """A marker for a post: the same for the same names, 25 characters, safe in every protocol."""
    digest = hashlib.sha256("\x1f".join(map(str, names)).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:25]


class Slot(IntEnum):
    """Where the bridge's own sentences stand among a turn's parts; the answer's parts count from 0."""

    CONTEXT = 1000
    """About the session, before the answer."""
    FILES = 1001
    WAITING = 1002
    OUTCOME = 1003
    """How the turn ended, when it did not end well."""
    ELSEWHERE = 1004
    """Why the answer stands in a direct conversation."""


DIRECT = 2000
"""Added to the numbers of what stands in the asker's direct conversation, because the thread takes no answer."""
