"""What a session's messages prove about a question."""

from __future__ import annotations

import pytest

from bridge import Sender, SessionMessage
from bridge.evidence import examine


def user(name: str, text: str) -> SessionMessage:
    return SessionMessage(name, Sender.USER, text)


def bot(name: str, text: str, *, complete: bool = True) -> SessionMessage:
    return SessionMessage(name, Sender.CHATBOT, text, complete)


EARLIER = (user("u1", "Hello"), bot("b1", "Hi"))


def test_a_question_that_is_not_listed_has_not_arrived() -> None:
    evidence = examine(EARLIER, ["And now?"], sent_before=1, last_seen="b1")
    assert not evidence.arrived
    assert evidence.answer == ()


def test_the_same_words_asked_earlier_prove_nothing() -> None:
    assert not examine(EARLIER, ["Hello"], sent_before=1, last_seen="b1").arrived


@pytest.mark.parametrize("last_seen", ["b1", None])
def test_the_same_words_asked_again_are_found(last_seen: str | None) -> None:
    messages = (*EARLIER, user("u2", "Hello"), bot("b2", "Hi again"))
    evidence = examine(messages, ["Hello"], sent_before=1, last_seen=last_seen)
    assert evidence.arrived
    assert [message.id for message in evidence.answer] == ["b2"]
    assert evidence.complete


def test_an_answer_that_is_being_written_is_not_complete() -> None:
    messages = (*EARLIER, user("u2", "More?"), bot("b2", "Well,", complete=False))
    evidence = examine(messages, ["More?"], sent_before=1, last_seen="b1")
    assert evidence.arrived
    assert not evidence.complete


def test_an_answer_may_have_several_messages_and_ends_at_the_next_question() -> None:
    messages = (
        *EARLIER,
        user("u2", "Two?"),
        bot("b2", "One."),
        bot("b3", "Two."),
        user("x", "me too"),
        bot("b4", "no"),
    )
    evidence = examine(messages, ["Two?"], sent_before=1, last_seen="b1")
    assert [message.id for message in evidence.answer] == ["b2", "b3"]


def test_a_batch_is_found_by_its_last_message() -> None:
    messages = (*EARLIER, user("u2", "One"), user("u3", "Two"), bot("b2", "Both."))
    evidence = examine(messages, ["One", "Two"], sent_before=1, last_seen="b1")
    assert evidence.arrived
    assert [message.id for message in evidence.answer] == ["b2"]


def test_others_who_post_to_the_session_are_not_taken_for_us() -> None:
    messages = (*EARLIER, user("x", "Something else"), bot("b2", "For somebody else."))
    assert not examine(messages, ["Mine?"], sent_before=1, last_seen="b1").arrived


def test_where_users_are_not_listed_a_new_answer_is_the_proof() -> None:
    messages = (bot("b1", "Hi"), bot("b2", "An answer"))
    evidence = examine(messages, ["Hello?"], sent_before=1, last_seen="b1")
    assert evidence.arrived
    assert [message.id for message in evidence.answer] == ["b2"]
    assert not examine(messages[:1], ["Hello?"], sent_before=1, last_seen="b1").arrived


def test_a_service_that_trims_white_space_still_proves_arrival() -> None:
    messages = (*EARLIER, user("u2", "spaces"))
    assert examine(messages, ["  spaces\n"], sent_before=1, last_seen="b1").arrived
