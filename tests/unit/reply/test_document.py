"""What a session's events add up to."""

from __future__ import annotations

from bridge import ApprovalRequest, Complete, Delta, ReauthorizationRequest, Status, Thinking, ToolCall, ToolStatus
from bridge.reply.document import Document


def test_deltas_add_up() -> None:
    document = Document()
    assert document.text == ""
    assert document.apply(Delta("m", "Hel"))
    assert document.apply(Delta("m", "lo"))
    assert document.text == "Hello"


def test_complete_wins_over_its_own_deltas_only() -> None:
    document = Document()
    document.apply(Delta("a", "One"))
    document.apply(Delta("b", "Tw"))
    document.apply(Complete("b", "Two!"))
    assert document.text == "One\n\nTwo!"


def test_deltas_go_on_after_a_text_that_was_caught_up() -> None:
    document = Document()
    document.apply(Complete("m", "so far"))
    document.apply(Delta("m", ", and on"))
    assert document.text == "so far, and on"


def test_messages_stand_in_the_order_in_which_they_began() -> None:
    document = Document()
    document.apply(Delta("a", "first"))
    document.apply(Delta("b", "second"))
    document.apply(Delta("a", " still"))
    assert document.text == "first still\n\nsecond"
    assert document.last_message == "b"


def test_blank_messages_leave_no_gap() -> None:
    document = Document()
    document.apply(Delta("a", "one"))
    document.apply(Delta("b", " \n"))
    document.apply(Delta("c", "two"))
    assert document.text == "one\n\ntwo"


def test_work_is_activity_and_no_text() -> None:
    document = Document()
    assert not document.apply(Thinking("m", "hm"))
    assert document.activity == "is thinking"
    assert not document.apply(ToolCall("m", "t", "search", ToolStatus.RUNNING))
    assert document.activity == "is using search"
    assert not document.apply(ToolCall("m", "t", "search", ToolStatus.DONE))
    assert document.activity == ""
    assert not document.apply(Status("Processing"))
    assert document.text == ""


def test_a_request_is_shown_once_however_often_it_is_made() -> None:
    document = Document()
    request = ApprovalRequest("r", "Send the mail", {})
    assert document.apply(request)
    before = document.text
    document.apply(request)
    assert "Send the mail" in before
    assert document.text == before
    assert document.request == "approval"


def test_a_sign_in_says_where() -> None:
    document = Document()
    document.apply(ReauthorizationRequest("r", "Google Drive", "https://example.com/in"))
    assert "https://example.com/in" in document.text
    assert document.request == "sign-in"


def test_clearing_begins_anew() -> None:
    document = Document()
    document.apply(Delta("a", "old"))
    document.clear()
    document.apply(Delta("b", "new"))
    assert document.text == "new"
