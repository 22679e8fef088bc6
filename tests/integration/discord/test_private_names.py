"""The private names of discord.py that the plugin leans on are there and mean what it takes them for."""

from __future__ import annotations

import inspect
from typing import Any

import discord
import pytest
from discord.gateway import DiscordWebSocket, KeepAliveHandler, ReconnectWebSocket
from discord.http import Route

from bridge import ConfigError, SystemClock
from bridge_discord.config import API_URL
from bridge_discord.gateway import HANDLED, Connection, point_at, release
from bridge_discord.pace import Pace, Timing


def test_the_version_is_the_one_that_was_read() -> None:
    assert discord.version_info[:2] == (2, 7)


def test_the_api_address_is_read_from_the_class() -> None:
    point_at("http://127.0.0.1:1/api/v10")
    try:
        assert Route("GET", "/users/@me").url == "http://127.0.0.1:1/api/v10/users/@me"
        with pytest.raises(ConfigError, match="share one api_url"):
            point_at("http://127.0.0.1:2/api/v10")
    finally:
        release("http://127.0.0.1:1/api/v10")
    assert Route("GET", "/users/@me").url == f"{API_URL}/users/@me"


def test_a_socket_is_opened_with_the_parameters_that_are_passed() -> None:
    parameters = inspect.signature(DiscordWebSocket.from_client).parameters
    assert {"initial", "gateway", "session", "sequence", "resume", "compress"} <= set(parameters)


def test_a_request_to_reconnect_says_whether_to_resume() -> None:
    assert ReconnectWebSocket(None).resume
    assert not ReconnectWebSocket(None, resume=False).resume


async def test_the_table_of_parsers_is_what_a_socket_dispatches_by() -> None:
    heard: list[tuple[str, Any]] = []
    timing = Timing()
    client = Connection(
        api_url=API_URL,
        gateway_url="ws://127.0.0.1:1/",
        content=True,
        pace=Pace(SystemClock(), timing),
        timing=timing,
        on_event=lambda name, data: heard.append((name, data)),
    )
    assert set(client._connection.parsers) == set(HANDLED)
    assert "client._connection.parsers" in inspect.getsource(DiscordWebSocket.from_client)
    client._connection.parsers["MESSAGE_CREATE"]({"id": "1"})
    assert heard == [("MESSAGE_CREATE", {"id": "1"})]
    assert client.intents.value == 37377


def test_the_keep_alive_knows_its_interval_and_its_last_answer() -> None:
    source = inspect.getsource(KeepAliveHandler)
    assert "self.interval" in source
    assert "self._last_ack: float = time.perf_counter()" in source
