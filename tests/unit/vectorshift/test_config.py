"""The tables of the operator's file."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bridge_vectorshift.config import ChatbotTable, VectorShiftTable
from bridge_vectorshift.example import EXAMPLE

KEY = {"VECTORSHIFT_API_KEY": "vs-1"}


def read(**values: Any) -> VectorShiftTable:
    return VectorShiftTable.model_validate(values, context={"environ": KEY})


def test_the_key_alone_is_enough() -> None:
    table = read()
    assert table.api_key.reveal() == "vs-1"
    assert table.socket_url == "wss://api.vectorshift.ai/v1/ws/session"
    assert table.linger == timedelta(seconds=30)


def test_the_socket_is_where_the_api_is() -> None:
    assert read(api_url="http://127.0.0.1:1/v1/").socket_url == "ws://127.0.0.1:1/v1/ws/session"
    assert read(ws_url="wss://sockets.example/v2").socket_url == "wss://sockets.example/v2/ws/session"


@pytest.mark.parametrize("value", ["api.vectorshift.ai", "ftp://x.example", "https://", 5])
def test_an_address_is_one(value: object) -> None:
    with pytest.raises(ValidationError, match="no address"):
        read(api_url=value)


@pytest.mark.parametrize("values", [{}, {"name": "a", "id": "b"}, {"name": ""}, {"name": "a", "kind": "functional"}])
def test_a_chatbot_is_named_once(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ChatbotTable.model_validate(values)


def test_the_example_is_valid() -> None:
    tables = tomllib.loads(EXAMPLE.replace("# [", "[").replace("# name", "name").replace("# kind", "kind"))
    read(**tables["providers"]["vectorshift"])
    for chatbot in tables["chatbots"].values():
        ChatbotTable.model_validate(chatbot)
    assert tables["chatbots"]["research"]["kind"] == "agent"
