"""Discord's refusals as the errors of bridge (Discord: Opcodes and Status Codes, JSON error codes)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from bridge import (
    Forbidden,
    Gone,
    InstanceFailed,
    MessageGone,
    NotEditable,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Rejected,
    TooLong,
)


class Code(IntEnum):
    """The codes that call for something particular."""

    UNKNOWN_CHANNEL = 10003
    UNKNOWN_MESSAGE = 10008
    ARCHIVED = 50083
    NO_REPLY_WITHOUT_HISTORY = 160002
    THREAD_EXISTS = 160004
    TOO_MANY_THREADS = 160006


REJECTED: dict[int, type[Rejected]] = {
    10003: Gone,  # unknown channel
    10004: Gone,  # unknown guild
    10008: MessageGone,  # unknown message
    30046: NotEditable,  # too many edits of a message older than an hour
    50083: NotEditable,  # the thread is archived, and cannot be woken
    50001: Forbidden,  # missing access
    50007: Forbidden,  # no DMs to this person
    50013: Forbidden,  # missing permissions
    50278: Forbidden,  # no server in common with this person
    160005: Forbidden,  # the thread is locked
}
TOKEN_REFUSED = {40001, 50014}
SLOW_DOWN = {20016, 20028, 20029, 40003, 40062}
OVERLOADED = {40004, 130000}
BLOCKED = {200000, 240000}
SLOW_DOWN_SECONDS = 5.0
BANNED_SECONDS = 60.0
"""How long to keep quiet when Cloudflare answers instead of Discord and does not say."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `call` is method and path, header names are lower case."""

    call: str
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def ok(self) -> bool:
        """True when it was done."""
        return 200 <= self.status < 300

    @property
    def code(self) -> int:
        """Discord's own error code; 0 without one."""
        code = self.body.get("code") if isinstance(self.body, Mapping) else None
        return code if isinstance(code, int) and not self.ok else 0

    def result(self) -> Any:
        """The body of what was done. Raises what `failure` makes of anything else."""
        if not self.ok:
            raise failure(self)
        return self.body


def failure(answer: Answer) -> PlatformError:
    """The error that says what to do about a refusal. Its text has no secret in it and none of what people wrote."""
    code = answer.code
    said = answer.body.get("message") if isinstance(answer.body, Mapping) else None
    text = f"{answer.call}: {answer.status}{f' {code}' if code else ''}: {said or 'no reason given'}"
    if answer.status == 401 or code in TOKEN_REFUSED:
        return InstanceFailed(f"Discord refuses the token ({text}); put the current one where the configuration points")
    if answer.status == 429 or code in SLOW_DOWN:
        return RateLimited(text, retry_after=retry_after(answer))
    if code in BLOCKED:
        return Rejected(text, notice="This server's rules block the answer.")
    if "BASE_TYPE_MAX_LENGTH" in str(answer.body):
        return TooLong(text)
    if code in OVERLOADED or answer.status >= 500:
        return _broken(answer, text)
    return REJECTED.get(code, Forbidden if answer.status == 403 else Rejected)(text)


def _broken(answer: Answer, text: str) -> PlatformError:
    """An error of Discord's own. 503 and its own codes say that nothing was done; otherwise a write may have been."""
    certain = answer.code in OVERLOADED or answer.status == 503 or answer.call.startswith("GET ")
    return PlatformUnavailable(text) if certain else OutcomeUnknown(text)


def retry_after(answer: Answer) -> float:
    """How many seconds to wait, from the body, which is finer than the header."""
    told = answer.body.get("retry_after") if isinstance(answer.body, Mapping) else None
    if isinstance(told, int | float):
        return max(0.0, float(told))
    header = answer.headers.get("retry-after", "")
    if header.isdecimal():
        return float(header)
    return BANNED_SECONDS if answer.status == 429 else SLOW_DOWN_SECONDS
