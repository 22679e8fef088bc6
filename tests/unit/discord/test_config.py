"""The table, its example, the ids and the numbers."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from bridge import BudgetKey, ChannelId, InstanceName, MessageId, Operation, Surface, ThreadId, ThreadRef, WorkspaceId
from bridge_discord.config import API_URL, DiscordTable
from bridge_discord.example import EXAMPLE
from bridge_discord.ids import message_id, split, time_of
from bridge_discord.limits import CAPABILITIES, budget_keys

ENVIRON = {"environ": {"DISCORD_TOKEN": "a token"}}


def test_the_token_is_looked_for_in_its_variable() -> None:
    table = DiscordTable.model_validate({}, context=ENVIRON)
    assert table.token.reveal() == "a token"
    assert (table.api_url, table.gateway_url) == (API_URL, None)
    assert "a token" not in repr(table)


def test_the_example_is_valid_as_it_is_and_with_its_comments_taken_away() -> None:
    bare = "\n".join(line.removeprefix("# ") for line in EXAMPLE.splitlines())
    for text in (EXAMPLE, bare):
        DiscordTable.model_validate(tomllib.loads(text)["platforms"]["discord"], context=ENVIRON)
    assert set(tomllib.loads(bare)["platforms"]["discord"]) == set(DiscordTable.model_fields)


@pytest.mark.parametrize("values", [{"api_url": "discord.com"}, {"gateway_url": "https://x"}, {"tokn": "x"}])
def test_what_is_no_setting_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        DiscordTable.model_validate(values, context=ENVIRON)


def test_message_ids_say_where_the_message_is() -> None:
    assert split(message_id("12", "34")) == ("12", "34")
    with pytest.raises(ValueError, match="CHANNEL:MESSAGE"):
        split(MessageId("34"))
    assert time_of("175928847299117063") == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)


def test_each_thread_has_buckets_of_its_own_below_the_one_of_the_bot() -> None:
    place = (InstanceName("discord"), WorkspaceId("1"), ChannelId("2"))
    thread = ThreadRef(*place, ThreadId("3"))
    chain = ThreadRef(*place, ThreadId("3"), Surface.CHANNEL)
    assert budget_keys(Operation.EDIT, thread) == (BudgetKey("global"), BudgetKey("edit", "3"))
    assert budget_keys(Operation.EDIT, chain) == (BudgetKey("global"), BudgetKey("edit", "2"))
    assert budget_keys(Operation.UPLOAD, thread) == budget_keys(Operation.POST, thread)
    assert budget_keys(Operation.OPEN_THREAD, thread)[1] == BudgetKey("open_thread", "2")
    whole = CAPABILITIES.budgets["global"]
    assert (whole.burst, whole.window) == (50, 1.0)


def test_the_plugin_is_light_until_it_is_used() -> None:
    heavy = {"discord", "aiohttp", "pydantic", "sqlalchemy"}
    code = f"import bridge_discord, sys; bridge_discord.bridge_commands(); print(sorted({heavy!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_discord_py_is_loaded_only_by_those_who_connect() -> None:
    code = "import bridge_discord.platform, sys; print('discord' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
