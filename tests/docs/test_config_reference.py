"""The generated files about the configuration are what the models say now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.config import load_config
from bridge.config.example import example_toml
from bridge.config.reference import reference_markdown
from bridge.plugins import Plugins

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("file", "generate", "command"),
    [
        ("bridge.example.toml", example_toml, "bridge config example > bridge.example.toml"),
        (
            "docs/reference/configuration.md",
            reference_markdown,
            "bridge config reference > docs/reference/configuration.md",
        ),
    ],
)
def test_a_generated_file_is_current(file: str, generate: Callable[[Plugins], str], command: str) -> None:
    assert (ROOT / file).read_text() == generate(Plugins()), f"run: {command}"


def test_the_example_is_right() -> None:
    environ = dict.fromkeys(("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DISCORD_TOKEN", "VECTORSHIFT_API_KEY"), "x")
    config = load_config(ROOT / "bridge.example.toml", Plugins(), environ)
    assert set(config.platforms) == {"discord", "slack"}
    assert [route.chatbot for route in config.routes] == ["support", "support"]


def test_the_reference_names_every_type_that_is_built_in() -> None:
    text = (ROOT / "docs/reference/configuration.md").read_text()
    plugins = Plugins()
    for section, types in (("platforms", plugins.platforms()), ("providers", plugins.providers())):
        for kind in types:
            assert f"## `[{section}.NAME]` of type {kind}" in text
