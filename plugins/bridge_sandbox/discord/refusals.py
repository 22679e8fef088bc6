"""What Discord refuses, with its own codes (Discord: Opcodes and Status Codes, JSON error codes)."""

from __future__ import annotations

from typing import Any


class RefusalError(Exception):
    """The API's answer to a call that it does not take."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, "code": code, **more}


def unauthorized() -> RefusalError:
    """A token that is no token."""
    return RefusalError(401, 0, "401: Unauthorized")


def unknown_route() -> RefusalError:
    """A path that this API does not have."""
    return RefusalError(404, 0, "404: Not Found")


def unknown_channel() -> RefusalError:
    """No such channel."""
    return RefusalError(404, 10003, "Unknown Channel")


def unknown_message() -> RefusalError:
    """No such message in that channel."""
    return RefusalError(404, 10008, "Unknown Message")


def missing_access() -> RefusalError:
    """A channel that the bot cannot see."""
    return RefusalError(403, 50001, "Missing Access")


def missing_permission() -> RefusalError:
    """Something that the bot may not do."""
    return RefusalError(403, 50013, "Missing Permissions")


def invalid(field: str, code: str, message: str) -> RefusalError:
    """A form with something wrong in one field."""
    errors = {field: {"_errors": [{"code": code, "message": message}]}}
    return RefusalError(400, 50035, "Invalid Form Body", errors=errors)


STANDARD = {
    10003: 404,
    10008: 404,
    20028: 429,
    30046: 400,
    40001: 401,
    50001: 403,
    50005: 403,
    50006: 400,
    50007: 403,
    50013: 403,
    50024: 400,
    50035: 400,
    50083: 400,
    130000: 503,
    160002: 400,
    160004: 400,
    160005: 400,
    160006: 400,
}
"""The HTTP status that goes with a code, for scripted faults that name only the code."""
