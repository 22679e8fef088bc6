"""Each way to fail has its own error, words for the operator and words for people."""

from __future__ import annotations

import pytest

from bridge import (
    ChatbotBusy,
    ChatbotError,
    ChatbotNotFound,
    ChatbotUnauthorized,
    ChatbotUnavailable,
    MessageRefused,
    SessionLost,
    SessionRefused,
)
from bridge_vectorshift import errors


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ChatbotNotFound),
        (401, ChatbotUnauthorized),
        (403, ChatbotUnauthorized),
        (404, ChatbotNotFound),
        (422, ChatbotNotFound),
        (429, ChatbotBusy),
        (500, ChatbotUnavailable),
        (503, ChatbotUnavailable),
    ],
)
def test_statuses(status: int, kind: type[ChatbotError]) -> None:
    error = errors.from_status(status, "GET /chatbot", "why")
    assert type(error) is kind
    assert "GET /chatbot" in str(error)
    assert "why" in str(error)
    assert error.notice
    assert str(status) not in error.notice


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("Wed, 21 Oct 2026 07:28:00 GMT", None), (None, None)]
)
def test_how_long_to_wait(header: str | None, seconds: float | None) -> None:
    error = errors.from_status(429, "GET /chatbot", "", header)
    assert isinstance(error, ChatbotBusy)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("said", "lost", "created", "posted"),
    [
        ("session not found", SessionLost, SessionRefused, SessionLost),
        ("access denied", SessionLost, SessionRefused, MessageRefused),
        ("internal error", ChatbotUnavailable, ChatbotUnavailable, ChatbotUnavailable),
        ("request timed out", ChatbotUnavailable, ChatbotUnavailable, ChatbotUnavailable),
        ("too many sessions", ChatbotBusy, ChatbotBusy, ChatbotBusy),
    ],
)
def test_refusals(said: str, lost: type[ChatbotError], created: type[ChatbotError], posted: type[ChatbotError]) -> None:
    assert type(errors.session_lost(said, "s1")) is lost
    assert type(errors.session_refused(said, "chatbot c1")) is created
    assert type(errors.message_refused(said, "s1")) is posted


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "a"}, "a"),
        ({"message": "b"}, "b"),
        ({"detail": "c"}, "c"),
        ({"errors": ["d", "e"]}, "d; e"),
        ({"error": "", "detail": "f"}, "f"),
        ({}, ""),
        ([1], ""),
        (None, ""),
    ],
)
def test_words_of_a_body(body: object, words: str) -> None:
    assert errors.detail_of(body) == words
