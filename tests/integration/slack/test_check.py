"""`bridge check --live` says what is wrong with a Slack app, and what to do."""

from __future__ import annotations

import pytest

from bridge import Check
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.slack.tokens import ALL_SCOPES
from bridge_sandbox.wire import Wire
from tests.integration.slack.adapter import Core, adapter


async def lines(slack: FakeSlack, channels: list[str], **settings: str) -> list[Check]:
    """All lines of a check."""
    platform = adapter(slack, Core(), **settings)
    found = [line async for line in platform.check(channels)]
    await platform.close()
    return found


async def test_all_is_well(slack: FakeSlack) -> None:
    found = await lines(slack, ["#help", "#team-internal", slack.room("general")])
    assert [line.ok for line in found] == [True] * 6
    assert "@bridge in the workspace Sandbox" in found[0].what


@pytest.mark.parametrize(("token", "number"), [("bot_token", 0), ("app_token", 1)])
async def test_a_wrong_token_is_named(slack: FakeSlack, token: str, number: int) -> None:
    found = (await lines(slack, [], **{token: "xoxb-wrong"}))[number]
    assert not found.ok
    assert "invalid_auth" in found.what
    assert token in found.remedy
    assert "wrong" not in found.what + found.remedy


async def test_tokens_that_were_exchanged_are_named(slack: FakeSlack) -> None:
    [found] = await lines(slack, [], bot_token=slack.app_token, app_token=slack.bot_token)
    assert not found.ok
    assert "not_allowed_token_type" in found.what


async def test_a_missing_scope_is_named_with_what_it_is_for(wire: Wire) -> None:
    async with FakeSlack(wire, scopes=ALL_SCOPES - {"im:history"}) as slack:
        found = (await lines(slack, []))[2]
    assert not found.ok
    assert "im:history" in found.what
    assert "direct messages" in found.what
    assert "reinstall" in found.remedy


async def test_a_channel_that_cannot_be_found_or_entered_is_named(slack: FakeSlack) -> None:
    slack.workspace.add_channel("not-invited")
    unseen = slack.workspace.add_channel("unseen", private=True)
    found = (await lines(slack, ["#hlep", "#not-invited", unseen.id, "#help"]))[3:]
    assert [line.ok for line in found] == [False, False, False, True]
    assert all("/invite @bridge" in line.remedy for line in found[:3])


async def test_a_slack_that_cannot_be_reached_is_a_line_too(slack: FakeSlack) -> None:
    await slack.stop()
    [found] = await lines(slack, ["#help"])
    assert not found.ok
    assert "cannot be reached" in found.remedy
