"""What operators are told of the real program over HTTP, and what is never told there."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bridge.testing import eventually
from tests.core.test_admin import get, health, number
from tests.integration.program.stage import Stage, stage
from tests.integration.program.test_conversations import PLATFORMS, person, said
from tests.ports import free_ports

CANARY = "canary-of-a-question"


def watched(port: int) -> Callable[[str], str]:
    """Adds the address to a configuration."""
    return lambda config: config.replace("[bridge]\n", f'[bridge]\nadmin = "127.0.0.1:{port}"\n')


def secrets(here: Stage) -> list[str]:
    """Every token that the program holds."""
    values = [value for service in here.sandbox.addresses().values() for value in service.values()]
    found = [str(value) for value in values if "://" not in str(value)]
    assert len(found) == 4, "Slack has two, Discord and VectorShift one each"
    return found


async def pages(port: int) -> str:
    """Everything that is served."""
    return "\n".join([(await get(port, path))[1] for path in ("/health", "/metrics")])


async def told(port: int, expected: Callable[[Any], bool]) -> tuple[int, Any]:
    """The status and what `/health` tells once it is as expected."""

    async def look() -> tuple[int, Any] | None:
        status, facts = await health(port)
        return (status, facts) if expected(facts) else None

    answer: tuple[int, Any] | None = await eventually(look, timeout=20)
    assert answer is not None
    return answer


async def test_a_conversation_is_counted_and_neither_its_words_nor_a_token_are_told(tmp_path: Path) -> None:
    port = free_ports(1)
    async with stage(tmp_path, watched(port)) as here:
        await here.start()
        for platform in PLATFORMS:
            ada = person(here, platform)
            thread = await ada.ask("general", CANARY)
            await ada.sees(thread, said(CANARY, 1))
            await ada.write(thread, "and more")
            await ada.sees(thread, said(CANARY, 1), said("and more", 2))

        async def counted() -> str:
            _, metrics = await get(port, "/metrics")
            ends = {"chatbot": "echo", "end": "answered"}
            return (
                metrics
                if all(number(metrics, "bridge_turns_total", platform=p, **ends) == 2 for p in PLATFORMS)
                else ""
            )

        metrics = await eventually(counted)
        for platform in PLATFORMS:
            assert number(metrics, "bridge_accepted_total", platform=platform) == 2
            assert number(metrics, "bridge_turn_wait_seconds_count", platform=platform) == 2
            assert number(metrics, "bridge_gaps_total", platform=platform) == 1
            assert number(metrics, "bridge_calls_total", platform=platform, operation="post", result="RateLimited") == 0
        assert number(metrics, "bridge_first_text_seconds_count", chatbot="echo") == 4
        status, facts = await health(port)
        assert (status, facts["state"], facts["database"]["state"]) == (200, "up", "up")
        assert {name: it["state"] for name, it in facts["platforms"].items()} == dict.fromkeys(PLATFORMS, "up")
        assert {it["state"] for it in facts["providers"].values()} == {"up"}
        shown = await pages(port)
        assert not [word for word in (CANARY, "and more", "Ada", *secrets(here)) if word in shown]
        await here.stop()


@pytest.mark.parametrize(("revoked", "other"), [("slack", "discord"), ("discord", "slack")])
async def test_a_revoked_token_is_told_and_the_other_platform_goes_on(tmp_path: Path, revoked: str, other: str) -> None:
    port = free_ports(1)
    async with stage(tmp_path, watched(port)) as here:
        await here.start()
        tokens = secrets(here)
        (here.sandbox.slack if revoked == "slack" else here.sandbox.discord).revoke()
        status, facts = await told(port, lambda facts: facts["platforms"][revoked]["state"] == "down")
        assert (status, facts["state"], facts["platforms"][other]["state"]) == (200, "degraded", "up")
        assert facts["platforms"][revoked]["reason"]
        ada = person(here, other)
        thread = await ada.ask("general", "still there?")
        await ada.sees(thread, said("still there?", 1))
        shown = await pages(port)
        assert not [token for token in [*tokens, *secrets(here)] if token in shown]
        await here.stop()


async def test_a_connection_that_comes_back_is_degraded_between(tmp_path: Path) -> None:
    port = free_ports(1)
    async with stage(tmp_path, watched(port)) as here:
        await here.start()
        await here.sandbox.slack.stop()
        _, facts = await told(port, lambda facts: facts["platforms"]["slack"]["state"] == "degraded")
        assert "Slack" in facts["platforms"]["slack"]["reason"]
        await here.sandbox.slack.start()
        status, _ = await told(port, lambda facts: facts["state"] == "up")
        assert status == 200
        _, metrics = await get(port, "/metrics")
        assert number(metrics, "bridge_connected_total", platform="slack") == 2
        assert number(metrics, "bridge_connected_total", platform="discord") == 1
        assert number(metrics, "bridge_gaps_total", platform="slack") == 1, "Slack brings again what was sent meanwhile"
        await here.stop()


async def test_an_address_that_is_taken_ends_the_program_with_what_to_do(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with taken, stage(tmp_path, watched(taken.sockets[0].getsockname()[1])) as here:
        command = [sys.executable, "-m", "bridge", "run", "--config", str(here.config)]
        program = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        async with asyncio.timeout(20):
            _, error = await program.communicate()
        assert program.returncode in {1, 2}
        assert f"127.0.0.1:{taken.sockets[0].getsockname()[1]}" in error.decode()
        assert "choose another address" in error.decode()


async def test_erasing_a_person_beside_the_running_program(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        thread = await here.slack.ask("general", CANARY)
        await here.slack.sees(thread, said(CANARY, 1))
        await eventually(lambda: here.logged("turn.finished"))
        author = next(message["author"] for message in await stored(here))
        command = [sys.executable, "-m", "bridge", "sessions", "erase", "--user", author, "--json"]
        program = await asyncio.create_subprocess_exec(
            *command, "--config", str(here.config), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await program.communicate()
        assert (program.returncode, json.loads(output)) == (0, {"erased": 1, "left": 0})
        assert [(message["author"], message["text"]) for message in await stored(here)] == [("erased", "")]
        await here.slack.write(thread, "and now?")
        await here.slack.sees(thread, said(CANARY, 1), said("and now?", 2))
        await here.stop()


async def stored(here: Stage) -> list[dict[str, str]]:
    """Who wrote what, as the database of the running program has it."""
    with closing(sqlite3.connect(here.config.with_name("bridge.db"))) as connection:
        bodies = [json.loads(row[0]) for row in connection.execute("SELECT body FROM messages ORDER BY id")]
    return [{"author": body["author"][0], "text": body["text"]} for body in bodies]
