from __future__ import annotations

from typing import Any

import pytest

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
from bridge_discord.errors import BANNED_SECONDS, SLOW_DOWN_SECONDS, Answer, failure, retry_after

LENGTH = {"code": 50035, "errors": {"content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH"}]}}}


def answer(status: int, body: Any = None, call: str = "POST /channels/1/messages", **headers: str) -> Answer:
    return Answer(call, status, headers, body)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (answer(401), InstanceFailed),
        (answer(403, {"code": 40001}), InstanceFailed),
        (answer(403, {"code": 50001}), Forbidden),
        (answer(403, {"code": 99999}), Forbidden),
        (answer(404, {"code": 10008}), MessageGone),
        (answer(400, {"code": 50083}), NotEditable),
        (answer(400, LENGTH), TooLong),
        (answer(400, {"code": 50035}), Rejected),
        (answer(400, {"code": 240000}), Rejected),
        (answer(429, {"retry_after": 1.5}), RateLimited),
        (answer(400, {"code": 20028}), RateLimited),
        (answer(503, None), PlatformUnavailable),
        (answer(502, None), OutcomeUnknown),
        (answer(502, None, call="GET /channels/1"), PlatformUnavailable),
        (answer(500, {"code": 130000}), PlatformUnavailable),
        (answer(418, "not even JSON"), Rejected),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else f"{value.status} {value.body}",
)
def test_what_an_answer_means(given: Answer, error: type[PlatformError]) -> None:
    assert type(failure(given)) is error


def test_how_long_to_wait() -> None:
    assert retry_after(answer(429, {"retry_after": 1.25}, **{"retry-after": "2"})) == 1.25
    assert retry_after(answer(429, "<html>", **{"retry-after": "30"})) == 30
    assert retry_after(answer(429, "<html>")) == BANNED_SECONDS
    assert retry_after(answer(400, {"code": 20028})) == SLOW_DOWN_SECONDS


def test_a_blocked_answer_is_told_to_the_person() -> None:
    assert failure(answer(400, {"code": 200000})).notice == "This server's rules block the answer."


def test_a_result_is_the_body_or_the_error() -> None:
    assert answer(200, {"id": "1"}).result() == {"id": "1"}
    assert answer(204).result() is None
    with pytest.raises(Gone, match="Unknown Channel"):
        answer(404, {"code": 10003, "message": "Unknown Channel"}).result()
