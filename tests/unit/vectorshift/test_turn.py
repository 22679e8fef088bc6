"""When a turn is over, and what of the frames belongs to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import ApprovalRequest, Complete, Delta, EndReason, ReauthorizationRequest, ToolCall, TurnEnded
from bridge_vectorshift.frames import Note
from bridge_vectorshift.turn import GIVEN_UP, POLL, SETTLE, STALLED
from tests.unit.vectorshift.wire import USER, Heard, delta, listed, message, notification, said, status, told, words

ANSWERED = TurnEnded(EndReason.ANSWERED)
WAITING = TurnEnded(EndReason.WAITING)
APPROVAL = message("p1", type="tool_call_approval", tool_name="send_email", fields={"to": "ada"})


class TestChatbot:
    def test_is_over_when_a_message_is_complete(self) -> None:
        heard = Heard().hear(delta("m1", "Be"), delta("m1", "cause", 1), notification(words("m1", "Because.")))
        assert heard.events == [Delta("m1", "Be"), Delta("m1", "cause"), Complete("m1", "Because."), ANSWERED]

    def test_does_not_care_for_statuses(self) -> None:
        heard = Heard().hear(status("Processing"), delta("m1", "x"), status("Idle"))
        assert heard.end is None
        assert heard.hear(notification(words("m1", "x"))).end == ANSWERED

    def test_fails_with_the_reason(self) -> None:
        heard = Heard().hear(
            delta("m1", "But"), notification(message("m2", type="error_message", error="out of tokens"))
        )
        assert heard.end == TurnEnded(EndReason.FAILED, "out of tokens")

    def test_hears_nothing_after_its_end(self) -> None:
        heard = Heard().hear(notification(words("m1", "x")), delta("m2", "late"), status("Idle"))
        assert heard.events == [Complete("m1", "x"), ANSWERED]

    def test_is_not_answered_by_the_echo_of_the_question(self) -> None:
        assert Heard().hear(notification(words("q1", "Why?", sender=USER))).events == []

    def test_shows_what_grows_without_deltas(self) -> None:
        heard = Heard().hear(*(notification(words("m1", text, "Streaming")) for text in ("", "So", "So it")))
        assert heard.events == [Complete("m1", "So"), Complete("m1", "So it")]

    def test_is_not_thrown_back_by_an_older_text(self) -> None:
        heard = Heard().hear(delta("m1", "So it goes"), notification(words("m1", "So", "Streaming")))
        assert heard.texts == {"m1": "So it goes"}

    def test_ignores_messages_of_earlier_turns(self) -> None:
        heard = Heard(ignored={"old"}).hear(delta("old", "late"), notification(words("old", "late and complete")))
        assert heard.events == []

    def test_waits_at_once_where_no_status_will_say_so(self) -> None:
        assert Heard().hear(notification(APPROVAL)).end == WAITING

    @pytest.mark.parametrize("kind", [None, "post_message"])
    def test_an_error_of_the_service_ends_it(self, kind: str | None) -> None:
        heard = Heard().hear({"type": "error", "error": "engine lost", "request_type": kind})
        assert heard.end == TurnEnded(EndReason.FAILED, "engine lost")

    @pytest.mark.parametrize(
        "frame",
        [
            {"type": "error", "error": "?", "request_type": "disconnect_session"},
            {"type": "novelty", "x": 1},
            {"type": "message_notification"},
            {"type": "message_notification", "message": {"id": "m1", "content": 5}},
            {"type": "message_delta", "message_id": "m1", "value": None},
            {"type": "pong"},
            {},
        ],
    )
    def test_unknown_and_empty_frames_are_tolerated(self, frame: dict[str, Any]) -> None:
        heard = Heard().hear(frame)
        assert heard.events == []
        assert heard.hear(notification(words("m1", "x"))).end == ANSWERED


class TestAgent:
    def test_is_over_when_idle_after_processing(self) -> None:
        heard = Heard(agent=True).hear(
            status("Idle"),
            status("Processing"),
            notification(words("m1", "I look.")),
            notification(message("t1", type="tool_call", tool_name="search", tool_id="c1", status="Running")),
            notification(words("m2", "Found.")),
        )
        assert heard.end is None
        assert heard.hear(status("Idle")).end == ANSWERED
        assert heard.texts == {"m1": "I look.", "m2": "Found."}

    def test_is_over_at_a_complete_message_where_no_status_is_sent(self) -> None:
        assert Heard(agent=True).hear(status("Connected"), notification(words("m1", "x"))).end == ANSWERED

    def test_collects_requests_until_it_awaits_approval(self) -> None:
        second = message("p2", type="tool_call_approval", tool_name="delete")
        heard = Heard(agent=True).hear(status("Processing"), notification(APPROVAL), notification(second))
        assert heard.end is None
        assert heard.hear(status("AwaitingApproval")).end == WAITING
        assert [event.id for event in heard.events if isinstance(event, ApprovalRequest)] == ["p1", "p2"]

    def test_waits_though_the_status_does_not_come(self) -> None:
        request = message("r1", type="reauthorization_request", integration="Drive", url="https://x.example")
        heard = Heard(agent=True).hear(status("Processing"), notification(request))
        assert not heard.turn.over
        assert not heard.turn.tick(SETTLE)  # it was just heard of
        assert not heard.turn.tick(SETTLE)
        assert heard.end == WAITING
        assert ReauthorizationRequest("r1", "Drive", "https://x.example") in heard.events

    def test_an_error_ends_it_when_it_is_idle(self) -> None:
        problem = notification(message("e1", type="error_message", error="no quota"))
        heard = Heard(agent=True).hear(status("Processing"), problem)
        assert heard.end is None
        assert heard.hear(status("Idle")).end == TurnEnded(EndReason.FAILED, "no quota")

    def test_a_tool_call_is_told_once_per_status(self) -> None:
        running = notification(message("t1", type="tool_call", tool_name="search", tool_id="c1", status="Running"))
        done = notification(message("t1", type="tool_call", tool_name="search", tool_id="c1", status="Complete"))
        heard = Heard(agent=True).hear(running, running, done, done)
        assert [event.status.value for event in heard.events if isinstance(event, ToolCall)] == ["running", "done"]


class TestSilence:
    def test_is_looked_into(self) -> None:
        heard = Heard().hear(delta("m1", "x"))
        assert [heard.turn.tick(POLL / 2) for _ in range(4)] == [False, False, True, True]

    def test_does_not_end_a_running_tool(self) -> None:
        heard = Heard(agent=True).hear(status("Processing"))
        listing = [said("Why?"), *listed(words("m1", "I look."), message("t1", type="tool_call", status="Running"))]
        for _ in range(int(STALLED / POLL) + 2):
            heard.turn.tick(POLL)
            heard.turn.catch_up(listing)
        assert heard.end is None

    def test_ends_an_agent_whose_status_was_lost(self) -> None:
        heard = Heard(agent=True).hear(status("Processing"), notification(words("m1", "Done.")))
        for _ in range(int(STALLED / POLL) + 2):
            heard.turn.tick(POLL)
            heard.turn.catch_up([said("Why?"), *listed(words("m1", "Done."))])
        assert heard.end == ANSWERED

    def test_ends_a_chatbot_whose_last_frame_was_lost(self) -> None:
        heard = Heard().hear(delta("m1", "x"))
        heard.turn.catch_up([said("Why?"), *listed(words("m1", "xyz"))])
        assert heard.end == ANSWERED
        assert heard.texts == {"m1": "xyz"}

    def test_behind_an_open_request_says_so(self) -> None:
        heard = Heard(agent=True, question="And this?")
        assert heard.turn.tick(POLL)
        heard.turn.catch_up([said("Why?"), *listed(words("m1", "I ask."), APPROVAL), said("And this?")])
        heard.turn.tick(POLL)
        assert heard.end == WAITING
        assert heard.texts == {}

    def test_is_not_waited_out_for_ever(self) -> None:
        heard = Heard()
        heard.turn.tick(GIVEN_UP)
        end = heard.end
        assert end is not None
        assert end.reason is EndReason.FAILED
        assert "15 minutes" in (end.error or "")


class TestJoined:
    def test_tells_the_text_so_far_and_goes_on(self) -> None:
        heard = Heard(question=None, joined=True).hear(delta("m1", "lazy", 3))
        assert heard.events == []
        heard.turn.catch_up([said("Why?"), *listed(words("m1", "The quick lazy", "Streaming"))])
        heard.hear(delta("m1", " dog", 4))
        assert heard.texts == {"m1": "The quick lazy dog"}
        assert heard.hear(notification(words("m1", "The quick lazy dog."))).end == ANSWERED

    def test_a_finished_answer_ends_at_once(self) -> None:
        heard = Heard(question=None, joined=True)
        heard.turn.catch_up([said("Before?"), *listed(words("m0", "old")), said("Why?"), *listed(words("m1", "new"))])
        assert heard.events == [Complete("m1", "new"), ANSWERED]

    def test_a_question_without_an_answer_is_waited_for(self) -> None:
        heard = Heard(question=None, joined=True)
        heard.turn.catch_up([*listed(words("m0", "old")), said("Why?")])
        assert heard.events == []
        assert heard.hear(notification(words("m1", "x"))).end == ANSWERED

    def test_a_finished_agent_ends_after_a_moment(self) -> None:
        listing = [said("Why?"), *listed(words("m1", "x"))]
        heard = Heard(agent=True, question=None, joined=True)
        heard.turn.catch_up(listing)
        assert heard.end is None
        assert heard.turn.tick(SETTLE)
        heard.turn.catch_up(listing)
        assert heard.end == ANSWERED

    def test_an_agent_that_goes_on_is_not_cut_off(self) -> None:
        heard = Heard(agent=True, question=None, joined=True)
        heard.turn.catch_up([said("Why?"), *listed(words("m1", "I look."))])
        heard.turn.tick(SETTLE)
        heard.hear(notification(words("m2", "Found.")))
        assert heard.end is None
        assert heard.hear(status("Idle")).end == ANSWERED

    def test_an_open_request_ends_it_at_once(self) -> None:
        heard = Heard(agent=True, question=None, joined=True)
        heard.turn.catch_up([said("Why?"), *listed(words("m1", "I ask."), APPROVAL)])
        assert heard.end == WAITING

    def test_an_answered_request_does_not(self) -> None:
        heard = Heard(agent=True, question=None, joined=True)
        heard.turn.catch_up([said("Why?"), *listed(APPROVAL, words("m1", "Sen", "Streaming"))])
        assert heard.end is None

    def test_where_nothing_runs_ends_after_a_moment(self) -> None:
        heard = Heard(question=None, joined=True)
        heard.turn.catch_up([])
        assert heard.end is None
        assert heard.turn.tick(SETTLE)
        heard.turn.catch_up([])
        assert heard.events == [ANSWERED]


class TestLostConnection:
    def test_a_half_message_that_is_not_listed_waits_for_the_whole(self) -> None:
        heard = Heard(knows_all=True).hear(delta("m1", "The quick "))
        heard.turn.rejoin()
        heard.turn.catch_up([said("Why?")])
        heard.hear(delta("m1", "dog", 5))
        assert heard.texts == {"m1": "The quick "}
        assert heard.hear(notification(words("m1", "The quick brown dog"))).texts == {"m1": "The quick brown dog"}

    def test_a_message_that_began_meanwhile_waits_for_the_whole(self) -> None:
        heard = Heard(knows_all=True)
        heard.turn.rejoin()
        heard.turn.catch_up([said("Why?")])
        assert heard.hear(delta("m1", "dog", 5)).texts == {}
        assert heard.hear(notification(words("m1", "The dog"))).texts == {"m1": "The dog"}

    def test_an_answer_is_told_from_older_ones_without_the_question(self) -> None:
        heard = Heard(ignored={"m0"}, knows_all=True)
        heard.turn.rejoin()
        assert heard.turn.catch_up(listed(words("m0", "old"), words("m1", "new")))
        assert heard.texts == {"m1": "new"}

    def test_what_cannot_be_told_apart_is_not_guessed(self) -> None:
        heard = Heard()
        heard.turn.rejoin()
        assert not heard.turn.catch_up(listed(words("m0", "old"), words("m1", "new or old?")))
        assert heard.events == []

    def test_an_agent_in_doubt_is_not_ended_by_a_complete_message(self) -> None:
        heard = Heard(agent=True).hear(status("Processing"), delta("m1", "I "))
        heard.turn.rejoin()
        heard.turn.catch_up([said("Why?"), *listed(words("m1", "I look."))])
        assert heard.end is None
        heard.hear(notification(words("m2", "Found.")))
        assert heard.end is None
        assert heard.hear(status("Idle")).end == ANSWERED


TEXTS = {"m1": "One two three four five", "m2": "Six seven eight", "m3": "Nine"}


def frames_of(texts: dict[str, str]) -> list[tuple[dict[str, Any], list[Note]]]:
    """Each frame of an agent's turn with the list of messages just after it."""
    steps: list[tuple[dict[str, Any], list[Note]]] = [(status("Processing"), [])]
    done: list[dict[str, Any]] = []
    for message_id, text in texts.items():
        so_far = ""
        for index, word in enumerate(text.split(" ")):
            piece = word if index == 0 else f" {word}"
            so_far += piece
            steps.append((delta(message_id, piece, index), listed(*done, words(message_id, so_far, "Streaming"))))
        done.append(words(message_id, text))
        steps.append((notification(done[-1]), listed(*done)))
    steps.append((status("Idle"), listed(*done)))
    return [(frame, [said("Why?"), *notes]) for frame, notes in steps]


@given(data=st.data())
def test_no_word_is_lost_doubled_or_out_of_place_however_often_the_connection_is_lost(data: st.DataObject) -> None:
    steps = frames_of(TEXTS)
    heard = Heard(agent=True)
    at = 0
    while at < len(steps) and heard.end is None:
        live = data.draw(st.integers(0, len(steps)), label="live")
        heard.hear(*(frame for frame, _ in steps[at : at + live]))
        at = min(len(steps) - 1, at + live)
        if heard.end is None:
            attached = data.draw(st.integers(at, len(steps) - 1), label="attached again at")
            seen = data.draw(st.integers(attached, len(steps) - 1), label="listed at")
            heard.turn.rejoin()
            heard.hear(*(frame for frame, _ in steps[attached : seen + 1]))
            assert heard.turn.catch_up(steps[seen][1])
            at = seen + 1
        for message_id, text in heard.texts.items():
            assert TEXTS[message_id].startswith(text)
    if heard.end is None:  # even the last status was missed
        assert heard.turn.tick(SETTLE) or heard.turn.tick(SETTLE)
        heard.turn.catch_up(steps[-1][1])
    assert heard.end == ANSWERED
    assert told(heard.events) == TEXTS
