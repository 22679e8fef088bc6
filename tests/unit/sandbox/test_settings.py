"""The bridge.toml of a sandbox: valid, without a token in it, and never over somebody else's file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bridge.config import load_config
from bridge.plugins import Plugins
from bridge_sandbox.settings import CHATBOTS, write_settings

ADDRESSES = {
    "slack": {"bot_token": "xoxb-canary", "app_token": "xapp-canary", "api_url": "http://127.0.0.1:1/api/"},
    "discord": {
        "token": "discord-canary",
        "api_url": "http://127.0.0.1:2/api/v10",
        "gateway_url": "ws://127.0.0.1:2/gateway",
    },
    "vectorshift": {
        "api_key": "vectorshift-canary",
        "api_url": "http://127.0.0.1:3/v1",
        "ws_url": "ws://127.0.0.1:3/v1",
    },
}


def test_is_a_valid_configuration(tmp_path: Path) -> None:
    config = load_config(write_settings(tmp_path / "bridge.toml", ADDRESSES), Plugins(), {})

    assert sorted(config.platforms) == ["discord", "slack"]
    assert sorted(config.providers) == ["vectorshift"]
    assert set(config.chatbots) == set(CHATBOTS) == {route.chatbot for route in config.routes}


def test_leaves_one_channel_without_a_route(tmp_path: Path) -> None:
    config = load_config(write_settings(tmp_path / "bridge.toml", ADDRESSES), Plugins(), {})

    assert not any(
        "#random" in route.channels or not (route.channels or route.direct_messages) for route in config.routes
    )


def test_keeps_tokens_in_files_that_only_the_owner_reads(tmp_path: Path) -> None:
    path = write_settings(tmp_path / "new" / "bridge.toml", ADDRESSES)

    assert "canary" not in path.read_text()
    secrets = [file for file in path.parent.iterdir() if "canary" in file.read_text()]
    assert len(secrets) == 4
    assert {stat.S_IMODE(file.stat().st_mode) for file in secrets} == {0o600}


def test_narrows_the_mode_of_a_token_file_that_was_there(tmp_path: Path) -> None:
    path = write_settings(tmp_path / "bridge.toml", ADDRESSES)
    token = tmp_path / "bridge.discord-token"
    token.chmod(0o644)

    write_settings(path, ADDRESSES)

    assert stat.S_IMODE(token.stat().st_mode) == 0o600


def test_replaces_its_own_file(tmp_path: Path) -> None:
    path = write_settings(tmp_path / "bridge.toml", ADDRESSES)
    moved = {**ADDRESSES, "slack": {**ADDRESSES["slack"], "api_url": "http://127.0.0.1:9/api/"}}

    write_settings(path, moved)

    assert "127.0.0.1:9" in path.read_text()


def test_never_replaces_the_file_of_an_operator(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text("[bridge]\n")

    with pytest.raises(FileExistsError, match="was not written by the sandbox"):
        write_settings(path, ADDRESSES)

    assert path.read_text() == "[bridge]\n"
    assert list(tmp_path.iterdir()) == [path]
