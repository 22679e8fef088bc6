"""How the end of a turn is recorded and told."""

from __future__ import annotations

import pytest

from bridge import (
    BridgeError,
    ChatbotBusy,
    ChatbotUnauthorized,
    ChatbotUnavailable,
    EndReason,
    Forbidden,
    MessageGone,
    MessageRefused,
    TurnEnded,
    TurnFailed,
    notices,
    outcome,
)
from bridge.store import TurnState


@pytest.mark.parametrize(
    ("reason", "state", "notice"),
    [
        (EndReason.ANSWERED, TurnState.ANSWERED, None),
        (EndReason.STOPPED, TurnState.CANCELLED, None),
        (EndReason.WAITING, TurnState.FAILED, notices.WAITED_TOO_LONG),
        (EndReason.FAILED, TurnState.FAILED, notices.FAILED),
    ],
)
def test_each_end_of_a_turn_has_its_state_and_sentence(reason: EndReason, state: TurnState, notice: str | None) -> None:
    result = outcome.of_end(TurnEnded(reason), empty=False)
    assert (result.state, result.notice) == (state, notice)


def test_an_answer_without_a_word_is_not_silence() -> None:
    assert outcome.of_end(TurnEnded(EndReason.ANSWERED), empty=True).notice == notices.EMPTY


@pytest.mark.parametrize(
    ("error", "notice"),
    [
        (ChatbotUnavailable(), notices.UNAVAILABLE),
        (ChatbotBusy(), notices.BUSY),
        (ChatbotUnauthorized(), notices.MISCONFIGURED),
        (MessageRefused(), notices.REFUSED),
        (MessageRefused(notice="It is longer than the chatbot takes."), "It is longer than the chatbot takes."),
        (TurnFailed(), notices.FAILED),
    ],
)
def test_an_error_says_what_the_person_can_do(error: BridgeError, notice: str) -> None:
    result = outcome.of_error(error)
    assert (result.state, result.notice) == (TurnState.FAILED, notice)


def test_the_cause_stays_out_of_the_thread() -> None:
    result = outcome.of_error(ChatbotUnavailable("https://internal.example/ refused the connection"))
    assert "internal.example" in result.reason
    assert "internal.example" not in str(result.notice)


def test_an_answer_that_was_deleted_is_a_wish_and_a_missing_permission_is_a_failure() -> None:
    assert outcome.of_silence(MessageGone()).state is TurnState.CANCELLED
    assert outcome.of_silence(Forbidden()).state is TurnState.FAILED
