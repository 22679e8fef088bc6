"""What an operator touches: the table, its example, the manifest and the command that prints it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from bridge_slack.commands import app
from bridge_slack.config import SlackTable
from bridge_slack.example import EXAMPLE
from bridge_slack.manifest import EVENTS, SCOPES, manifest

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def table(values: dict[str, object]) -> SlackTable:
    return SlackTable.model_validate(values, context={"environ": TOKENS})


def test_the_example_is_valid_as_it_stands_and_with_all_its_comments_taken_away() -> None:
    for text in (EXAMPLE, EXAMPLE.replace("\n# ", "\n")):
        found = table(tomllib.loads(text)["platforms"]["slack"])
        assert found.bot_token.reveal() == "xoxb-1"
        assert found.app_token.reveal() == "xapp-1"
        assert found.api_url == "https://slack.com/api/"


def test_every_key_stands_in_the_example() -> None:
    assert all(name in EXAMPLE for name in SlackTable.model_fields)


def test_tokens_are_looked_for_in_the_usual_variables() -> None:
    assert table({}).bot_token.reveal() == "xoxb-1"


def test_an_address_is_completed_or_refused() -> None:
    assert table({"api_url": "http://127.0.0.1:9/api"}).api_url == "http://127.0.0.1:9/api/"
    with pytest.raises(ValidationError, match="https://"):
        table({"api_url": "slack.com"})


def test_the_command_prints_a_manifest_for_socket_mode() -> None:
    result = CliRunner().invoke(app, ["manifest"])
    printed = json.loads(result.stdout)
    assert result.exit_code == 0
    assert printed["settings"]["socket_mode_enabled"] is True
    assert printed["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    assert printed["settings"]["event_subscriptions"] == {"bot_events": list(EVENTS)}
    assert "agent_view" not in printed["features"]


def test_the_command_prints_a_manifest_for_http() -> None:
    result = CliRunner().invoke(app, ["manifest", "--http", "https://bridge.test/slack/events", "--name", "Helper"])
    settings = json.loads(result.stdout)["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == "https://bridge.test/slack/events"
    assert json.loads(result.stdout)["features"]["bot_user"]["display_name"] == "Helper"


def test_events_over_plain_http_are_refused() -> None:
    result = CliRunner().invoke(app, ["manifest", "--http", "http://bridge.test"])
    assert result.exit_code == 2
    assert "https://" in result.output


def test_an_agent_is_declared_with_its_scope() -> None:
    built = manifest(agent=True)
    assert len(built["features"]["agent_view"]["agent_description"]) <= 300
    assert "assistant:write" in built["oauth_config"]["scopes"]["bot"]


@pytest.mark.parametrize(
    ("event", "scope"),
    [
        ("app_mention", "app_mentions:read"),
        ("message.channels", "channels:history"),
        ("message.groups", "groups:history"),
        ("message.im", "im:history"),
        ("message.mpim", "mpim:history"),
    ],
)
def test_every_event_has_the_scope_that_slack_asks_for(event: str, scope: str) -> None:
    assert event in EVENTS
    assert scope in SCOPES


def test_the_hooks_import_neither_sdk_nor_models() -> None:
    heavy = {"aiohttp", "pydantic", "slack_bolt", "slack_sdk"}
    code = "import sys, bridge_slack as s; s.bridge_platforms(); s.bridge_commands(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert heavy.isdisjoint(done.stdout.split())
