"""What a running bridge tells operators over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bridge import ChatbotUnauthorized, InstanceFailed, Operation, RateLimited, notices
from bridge.errors import AdminError
from bridge.hookspecs import FinishedTurn, hookimpl
from bridge.lanes import FAILURES
from bridge.testing import MemoryWorld, eventually
from tests.core.running import CONFIG, place
from tests.core.test_turns import Slow, scripted
from tests.ports import free_ports


def admin_at(port: int) -> str:
    return CONFIG.replace("[bridge]\n", f'[bridge]\nadmin = "127.0.0.1:{port}"\n')


async def get(port: int, path: str) -> tuple[int, str]:
    """Status and body of an answer."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


async def health(port: int) -> tuple[int, Any]:
    status, body = await get(port, "/health")
    return status, json.loads(body)


def number(metrics: str, name: str, **labels: str) -> float:
    """The value of one metric; 0 where it was never counted."""
    given = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    found = re.search(rf"^{name}{re.escape('{' + given + '}') if given else ''} (\S+)$", metrics, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_everything_is_up(tmp_path: Path) -> None:
    port = free_ports(1)
    async with place(tmp_path) as here, here.running(admin_at(port)):
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "1: Hi")
        status, told = await health(port)
        assert status == 200
        assert told["state"] == told["database"]["state"] == "up"
        assert told["platforms"]["memory"]["state"] == told["providers"]["scripted"]["state"] == "up"
        assert (await get(port, "/"))[0] == 404


async def test_a_provider_that_is_down_degrades_the_whole(tmp_path: Path) -> None:
    port = free_ports(1)
    async with place(tmp_path) as here, here.running(admin_at(port)):
        here.service.down = True
        await here.world.say("Hi", mention=True)
        await eventually(lambda: here.count("SELECT count(*) FROM messages WHERE state = 'failed'"))
        status, told = await health(port)
        assert (status, told["state"]) == (200, "degraded")
        assert told["providers"]["scripted"]["state"] == "down"
        assert "the service is down" in told["providers"]["scripted"]["reason"]


@pytest.mark.parametrize("refused", ["send", "listen"])
async def test_a_provider_whose_sessions_open_and_whose_questions_fail_is_down_until_one_is_answered(
    tmp_path: Path, refused: str
) -> None:
    port, slow, error = free_ports(1), Slow(), ChatbotUnauthorized("the key lacks a right")
    async with place(tmp_path, scripted(slow)) as here, here.running(admin_at(port)):
        if refused == "send":
            here.service.fail("send", error)
        question = await here.world.say("Hi", mention=True)
        if refused == "listen":
            await here.answered(question.thread, "one")
            here.service.cut(here.session(), error)
        await eventually(lambda: here.count("SELECT count(*) FROM messages WHERE state = 'failed'"))
        _, told = await health(port)
        assert told["providers"]["scripted"]["state"] == "down"
        assert told["providers"]["scripted"]["reason"] == "the key lacks a right"
        again = await here.world.say("Hi", mention=True)
        await here.world.until(lambda: here.world.shown(again.thread))
        _, told = await health(port)
        assert told["providers"]["scripted"]["state"] == "down", "a session that opens proves nothing"
        slow.go_on.set()
        await here.answered(again.thread, "one two")
        await here.ended(2)
        _, told = await health(port)
        assert told["providers"]["scripted"]["state"] == "up"


async def test_a_platform_that_is_given_up_is_down_and_says_why_without_the_token(tmp_path: Path) -> None:
    port = free_ports(1)
    config = admin_at(port) + '\n[platforms.other]\ntype = "memory"\nworld = "other"\n'
    other = MemoryWorld("other", instance="other")
    other.refuse(InstanceFailed("the token xoxb-1234567890-abcdef was revoked"))
    async with place(tmp_path) as here, here.running(config):
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "1: Hi")
        status, told = await health(port)
        assert (status, told["state"]) == (200, "degraded")
        assert told["platforms"]["other"]["state"] == "down"
        assert told["platforms"]["other"]["reason"] == "the token *** was revoked"


async def test_what_is_counted(tmp_path: Path) -> None:
    port = free_ports(1)
    async with place(tmp_path) as here, here.running(admin_at(port)):
        here.world.fail(Operation.POST, RateLimited(retry_after=0.01))
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "1: Hi")
        here.world.send(question)
        await here.world.say("to nobody")
        await here.ended(1)

        async def counted() -> str:
            _, metrics = await get(port, "/metrics")
            return metrics if number(metrics, "bridge_ignored_total", platform="memory", why="ignore") else ""

        metrics = await eventually(counted)
        assert number(metrics, "bridge_accepted_total", platform="memory") == 1
        assert number(metrics, "bridge_duplicates_total", platform="memory") == 1
        assert number(metrics, "bridge_turns_total", platform="memory", chatbot="echo", end="answered") == 1
        assert number(metrics, "bridge_calls_total", platform="memory", operation="post", result="RateLimited") == 1
        assert number(metrics, "bridge_calls_total", platform="memory", operation="post", result="ok") == 1
        assert number(metrics, "bridge_first_text_seconds_count", chatbot="echo") == 1
        assert number(metrics, "bridge_turn_wait_seconds_count", platform="memory") == 1
        assert number(metrics, "bridge_gaps_total", platform="memory") == 1
        assert number(metrics, "bridge_turns_running") == 0
        assert "Hi" not in metrics


class Observer:
    """A plugin that is told of turns."""

    def __init__(self) -> None:
        self.turns: list[FinishedTurn] = []

    @hookimpl
    def bridge_turn_finished(self, turn: FinishedTurn) -> None:
        self.turns.append(turn)


@pytest.mark.parametrize("operation", ["create", "send"])
async def test_a_turn_that_is_given_up_because_of_a_defect_is_counted_and_told(tmp_path: Path, operation: str) -> None:
    port, observer, defect = free_ports(1), Observer(), ZeroDivisionError("a defect of the plugin")
    reason = "internal error: ZeroDivisionError: a defect of the plugin"
    async with place(tmp_path) as here, here.running(admin_at(port), observer=observer):
        here.service.fail(operation, defect, times=FAILURES)  # type: ignore[arg-type]
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, notices.UNCERTAIN)
        (turn,) = await eventually(lambda: observer.turns)
        assert (turn.thread, turn.chatbot, turn.messages) == (question.thread, "echo", 1)
        assert (turn.state, turn.reason) == ("failed", reason)
        _, metrics = await get(port, "/metrics")
        assert number(metrics, "bridge_turns_total", platform="memory", chatbot="echo", end="failed") == 1
        assert number(metrics, "bridge_turns_running") == 0
        assert here.text("SELECT reason FROM messages") == reason


async def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    port = free_ports(1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        async with place(tmp_path) as here:
            with pytest.raises(AdminError, match=rf"127\.0\.0\.1:{port}.*choose another address"):
                async with here.running(admin_at(port)):
                    await asyncio.sleep(0)
