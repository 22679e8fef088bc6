"""Frames are built as the protocol says, and read whatever they hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import (
    ApprovalRequest,
    Complete,
    ReauthorizationRequest,
    Sender,
    SessionMessage,
    Thinking,
    ToolCall,
    ToolStatus,
)
from bridge_vectorshift import frames
from bridge_vectorshift.frames import Kind
from tests.unit.vectorshift.wire import Heard, listed, message, said, words


def test_one_message_is_posted_as_one() -> None:
    assert frames.post("s1", ["Hi"]) == {"type": "post_message", "session_id": "s1", "content": "Hi"}


def test_several_messages_are_posted_as_one_turn() -> None:
    assert frames.post("s1", ["a", "b"]) == {"type": "post_messages", "session_id": "s1", "messages": ["a", "b"]}


@pytest.mark.parametrize(
    ("approve", "answer"),
    [(True, {"confirm": {"to": "ada"}}), (False, {"deny": "The user said no."})],
)
def test_an_approval_is_answered_with_its_id(approve: bool, answer: dict[str, Any]) -> None:
    frame = frames.respond("s1", "p1", approve=approve, fields={"to": "ada"})
    assert frame["parent_message_id"] == "p1"
    assert frame["content"] == {"type_string": "response_message", "value": {"tool_call_approval": answer}}


@pytest.mark.parametrize(
    ("content", "event"),
    [
        ({"type": "data_type_message", "value": "x", "status": "Complete"}, Complete("m1", "x")),
        ({"type": "data_type_message", "value": {"type_string": "string", "value": "x"}}, Complete("m1", "x")),
        ({"type": "tool_call", "tool_name": "t", "tool_id": "c"}, ToolCall("m1", "c", "t", ToolStatus.RUNNING)),
        ({"type": "tool_call", "status": "Failed"}, ToolCall("m1", "m1", "a tool", ToolStatus.FAILED)),
        ({"type": "thinking", "content": "hm"}, Thinking("m1", "hm")),
        ({"type": "thinking", "content": "", "summary": "short"}, Thinking("m1", "short")),
        ({"type": "reasoning", "value": "so"}, Thinking("m1", "so")),
        (
            {"type": "tool_call_approval", "tool_name": "send", "inputs": [{"name": "to", "value": "ada"}, {}]},
            ApprovalRequest("m1", "send", {"to": "ada"}),
        ),
        ({"type": "tool_call_approval"}, ApprovalRequest("m1", "use a tool", {})),
        ({"type": "reauthorization_request", "integration": "Drive"}, ReauthorizationRequest("m1", "Drive", None)),
        ({"type": "search_message"}, None),
    ],
)
def test_contents_are_read(content: dict[str, Any], event: object) -> None:
    assert listed(message("m1", **content))[0].event == event


def test_who_wrote_is_read_from_the_sender() -> None:
    assert said("Why?").from_user
    assert not listed(words("m1", "x"))[0].from_user


def test_history_has_texts_and_errors() -> None:
    problem = message("e1", type="error_message", error="no quota")
    notes = [said("Why?"), *listed(words("m1", "x"), words("m2", "y", "Streaming"), problem)]
    assert frames.history(notes) == [
        SessionMessage("question Why?", Sender.USER, "Why?"),
        SessionMessage("m1", Sender.CHATBOT, "x"),
        SessionMessage("m2", Sender.CHATBOT, "y", complete=False),
        SessionMessage("e1", Sender.CHATBOT, "", error="no quota"),
    ]


def test_history_that_ends_with_a_step_says_that_more_is_to_come() -> None:
    notes = [said("Why?"), *listed(words("m1", "I look."), message("t1", type="tool_call", status="Complete"))]
    assert frames.history(notes)[-1] == SessionMessage("t1", Sender.CHATBOT, "", complete=False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TYPES = st.sampled_from(["message_notification", "message_delta", "participant_status", "error", "get_messages"])
CONTENTS = st.sampled_from(
    ["data_type_message", "error_message", "tool_call", "thinking", "tool_call_approval", "reauthorization_request"]
)


@given(
    kind=TYPES,
    content=st.dictionaries(st.sampled_from(["value", "status", "fields", "content", "tool_id"]), JSON),
    x=JSON,
)
def test_no_frame_is_too_strange_to_read(kind: str, content: dict[str, Any], x: Any) -> None:
    for said_type in (content.get("type"), "tool_call_approval", "data_type_message", "thinking"):
        found = {"id": "m1", "sender": x, "content": {**content, "type": said_type}}
        frame = {"type": kind, "message": found, "messages": [found, x], "message_id": x, "value": x, "error": x}
        Heard(agent=True).hear(frame, {"type": kind, "message": x, "messages": x})
        assert all(note.kind in Kind for note in frames.notes(frame))
        frames.history(frames.notes(frame))
