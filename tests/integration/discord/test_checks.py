"""`bridge check --live` and `bridge discord invite` against the fake."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge import Check, Checks
from bridge_discord.commands import app
from bridge_discord.invite import link
from bridge_discord.lookup import application
from bridge_sandbox.discord import FakeDiscord
from tests.integration.discord.side import Side


async def checked(side: Side, *channels: str) -> list[Check]:
    """All lines."""
    assert isinstance(side.platform, Checks)
    return [line async for line in side.platform.check(channels)]


async def test_all_is_well(side: Side) -> None:
    lines = await checked(side, "#help", side.room("general"))
    assert [line.ok for line in lines] == [True] * 5
    assert [line.what for line in lines][3:] == ["channel #help", f"channel {side.room('general')}"]


async def test_a_refused_token_is_the_only_line(fake: FakeDiscord) -> None:
    side = Side(fake, token="wrong")
    [line] = await checked(side, "#help")
    assert (line.ok, line.what) == (False, "token")
    assert "developer portal" in line.remedy
    await side.platform.close()


async def test_what_is_missing_is_named_with_what_to_do(side: Side) -> None:
    side.fake.disallow_intent("MESSAGE_CONTENT")
    side.fake.deny("CREATE_PUBLIC_THREADS", "SEND_MESSAGES_IN_THREADS")
    wrong = [line for line in await checked(side, "#nowhere", "4711") if not line.ok]
    assert [line.what.split()[0] for line in wrong] == ["Message", "permissions", "channel", "channel"]
    assert "Create Public Threads, Send Messages In Threads" in wrong[1].remedy
    assert link(side.fake.world.bot.id) in wrong[1].remedy
    assert all(line.remedy for line in wrong)


async def test_a_service_that_is_down_is_a_line_too(side: Side) -> None:
    await side.fake.stop()
    [line] = await checked(side)
    assert (line.ok, line.what) == (False, "Discord")
    await side.fake.start()


def test_the_invite_link_asks_for_what_is_needed() -> None:
    result = CliRunner().invoke(app, ["invite", "--application-id", "4711"])
    assert result.exit_code == 0
    assert result.stdout.strip() == (
        "https://discord.com/oauth2/authorize?client_id=4711&scope=bot&permissions=309237713920"
    )


def test_an_application_id_is_a_number() -> None:
    result = CliRunner().invoke(app, ["invite", "--application-id", "bridge"])
    assert result.exit_code == 2


def test_without_a_token_the_link_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    result = CliRunner().invoke(app, ["invite", "--config", str(tmp_path / "bridge.toml")])
    assert result.exit_code != 0
    assert "DISCORD_TOKEN" in str(result.exception)
    assert "--application-id" in str(result.exception)


async def test_the_application_is_asked_for_with_the_configured_token(fake: FakeDiscord, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(fake.token)
    config = tmp_path / "bridge.toml"
    config.write_text(f'[platforms.acme]\ntype = "discord"\ntoken = {{ file = "token" }}\napi_url = "{fake.api_url}"\n')
    assert await asyncio.to_thread(application, config) == fake.world.bot.id
