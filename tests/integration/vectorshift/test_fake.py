"""The fake service refuses what the real one refuses, and its bots say the same at every start."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.vectorshift import FakeVectorShift, long_answer
from bridge_sandbox.vectorshift.answers import GUIDE
from bridge_sandbox.vectorshift.chatbots import BOTS
from bridge_sandbox.vectorshift.stage import MOST_DELTAS, pieces
from bridge_sandbox.wire import Direction

ECHO = next(bot for bot in BOTS if bot.name == "echo")


def headers(service: FakeVectorShift) -> dict[str, str]:
    return {"Authorization": f"Bearer {service.api_key}"}


@pytest.fixture
async def socket(service: FakeVectorShift) -> AsyncIterator[ClientConnection]:
    """A connection without a session."""
    async with connect(f"{service.ws_url}/ws/session", additional_headers=headers(service)) as connection:
        yield connection


async def call(socket: ClientConnection, **frame: Any) -> dict[str, Any]:
    await socket.send(json.dumps(frame))
    return dict(json.loads(await socket.recv()))


async def attach(socket: ClientConnection) -> str:
    created = await call(socket, type="create_session", object_type="chatbot", object_id=ECHO.id)
    assert (await call(socket, type="connect_session", session_id=created["session_id"]))["success"] is True
    return str(created["session_id"])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("chatbot?name=echo", 200),
        ("chatbot?name=nobody", 404),
        ("chatbot?name=helper", 404),
        ("agent?name=helper", 200),
        ("chatbot", 400),
        ("chatbot?name=echo&id=1", 400),
        ("chatbot?name=echo&username=bob", 404),
        ("chatbots?limit=x", 422),
        ("chatbots?limit=2&offset=1", 200),
        ("nothing", 404),
    ],
)
async def test_rest(service: FakeVectorShift, path: str, status: int) -> None:
    async with httpx.AsyncClient() as http:
        response = await http.get(f"{service.api_url}/{path}", headers=headers(service))
        assert response.status_code == status
        if status == 200 and path.startswith("chatbots"):
            assert [bot["name"] for bot in response.json()["objects"]] == ["guide", "slow"]


async def test_a_wrong_key_is_refused_everywhere(service: FakeVectorShift) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{service.api_url}/chatbot?name=echo", headers=wrong)).status_code == 401
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"{service.ws_url}/ws/session", additional_headers=wrong)
    assert caught.value.response.status_code == 401


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        ({"type": "create_session", "object_type": "chatbot", "object_id": "x"}, {"type": "error"}),
        ({"type": "create_session", "object_type": "agent", "object_id": ECHO.id}, {"type": "error"}),
        ({"type": "connect_session", "session_id": "x"}, {"type": "connect_session", "success": False}),
        ({"type": "post_message", "session_id": "x", "content": "Hi"}, {"type": "post_message", "success": False}),
        ({"type": "get_messages", "session_id": "x"}, {"type": "error", "request_type": "get_messages"}),
        ({"type": "ping_session", "session_id": "x"}, {"type": "error", "request_type": "ping_session"}),
        ({"type": "dance"}, {"type": "error", "request_type": "dance"}),
        ({}, {"type": "error", "request_type": None}),
    ],
)
async def test_refused_frames(socket: ClientConnection, frame: dict[str, Any], answer: dict[str, Any]) -> None:
    got = await call(socket, **frame)
    assert got["error"]
    assert got.items() >= answer.items()


@pytest.mark.parametrize("content", ["", None, 5, {"type_string": "file", "value": {"raw_bytes": "eA=="}}])
async def test_only_text_is_taken(socket: ClientConnection, content: Any) -> None:
    session = await attach(socket)
    assert (await call(socket, type="post_message", session_id=session, content=content))["success"] is False


async def test_typed_text_is_taken(service: FakeVectorShift, socket: ClientConnection) -> None:
    session = await attach(socket)
    content = {"type_string": "string", "value": "Hi"}
    assert (await call(socket, type="post_message", session_id=session, content=content))["success"] is True
    assert service.asked(session) == ["Hi"]


async def test_after_detaching_nothing_can_be_posted(socket: ClientConnection) -> None:
    session = await attach(socket)
    await call(socket, type="disconnect_session", session_id=session)
    assert (await call(socket, type="post_message", session_id=session, content="Hi"))["success"] is False


async def test_what_goes_over_the_wire_is_recorded(service: FakeVectorShift, socket: ClientConnection) -> None:
    await attach(socket)
    recorded = [(item.direction, item.kind) for item in service.wire.recent]
    assert (Direction.FROM_BRIDGE, "create_session") in recorded
    assert (Direction.TO_BRIDGE, "session_created") in recorded
    assert all(item.service == "vectorshift" for item in service.wire.recent)


async def test_faults_cut_and_delay(service: FakeVectorShift, socket: ClientConnection) -> None:
    session = await attach(socket)
    service.faults.add(Fault("get_messages", Action.DELAY, delay=0.01))
    assert (await call(socket, type="get_messages", session_id=session))["messages"] == []
    service.faults.add(Fault("post_*", Action.DROP))
    with pytest.raises(ConnectionClosed):
        await call(socket, type="post_message", session_id=session, content="Hi")
    assert service.asked(session) == []


async def test_the_port_is_kept_over_an_outage(service: FakeVectorShift) -> None:
    before = service.api_url
    await service.stop()
    await service.start()
    assert service.api_url == before


@given(length=st.integers(0, 30_000))
def test_a_long_answer_has_exactly_its_length(length: int) -> None:
    text = long_answer(length)
    assert len(text) == length
    assert text == text.strip()
    assert text.count("```") % 2 == 0


@given(text=st.text())
def test_pieces_add_up(text: str) -> None:
    assert "".join(pieces(text)) == text
    assert len(pieces(text)) <= MOST_DELTAS


def test_the_guide_has_what_is_hard_to_show() -> None:
    assert len(GUIDE) > 3000
    for element in ("# bridge", "\n- ", "\n1. ", "```toml", "|---|", "\n> "):
        assert element in GUIDE
