"""The words of the gateway: opcodes, and how it ends a connection."""

from __future__ import annotations

from enum import IntEnum


class Op(IntEnum):
    """Discord: Gateway Opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    ACK = 11


class CloseError(Exception):
    """The gateway ends a connection (Discord: Gateway CloseError Event Codes)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
