"""A plugin with every kind of key, and a way to read a file that uses it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from bridge import Duration, PlatformSpec, ProviderSpec, Secret, Table, hookimpl, secret
from bridge.config import Config, InvalidConfig, Mistake, load_config
from bridge.plugins import Plugins

HERE = "tests.unit.config.paper"
ENVIRON = {"PAPER_TOKEN": "ink", "BRAIN_KEY": "grey"}

PLATFORM_EXAMPLE = """\
[platforms.paper]
token = { env = "PAPER_TOKEN" }
"""
PROVIDER_EXAMPLE = """\
[providers.brain]
api_key = { env = "BRAIN_KEY" }

[chatbots.clever]
name = "Clever"
"""


class PaperTable(Table):
    """A platform made of paper."""

    process_wide = ("api_url",)

    token: Secret = secret("PAPER_TOKEN", "The token on the paper.")
    api_url: str = "https://paper.example/"
    """Where the paper is."""
    pages: int = 1
    """How many pages there are."""


class BrainTable(Table):
    """A brain."""

    api_key: Secret = secret("BRAIN_KEY", "The key to the brain.")
    linger: Duration | None = None
    """How long a thought stays."""


class Owner(Table):
    """Whose it is."""

    username: str
    """The owner's name."""


class ThoughtTable(Table):
    """What the brain answers with."""

    name: str
    """What it is called."""
    kind: Literal["chatbot", "agent"] = "chatbot"
    """What it is."""
    owner: Owner | None = None
    """Whose it is."""


class Paper:
    """The hooks."""

    @hookimpl
    def bridge_platforms(self) -> list[PlatformSpec]:
        return [PlatformSpec("paper", f"{HERE}:PaperTable", "nowhere:none", f"{HERE}:PLATFORM_EXAMPLE")]

    @hookimpl
    def bridge_chatbot_providers(self) -> list[ProviderSpec]:
        paths = (f"{HERE}:BrainTable", f"{HERE}:ThoughtTable", "nowhere:none", f"{HERE}:PROVIDER_EXAMPLE")
        return [ProviderSpec("brain", *paths)]


def paper_plugins() -> Plugins:
    """This plugin alone: none of the built-in ones."""
    plugins = Plugins(available=())
    plugins.register(Paper(), "paper")
    return plugins


def load(directory: Path, text: str, environ: Mapping[str, str] = ENVIRON, *, secrets: bool = True) -> Config:
    """What the text means, as `directory/bridge.toml`."""
    path = directory / "bridge.toml"
    path.write_text(text, newline="")
    return load_config(path, paper_plugins(), environ, secrets=secrets)


def mistakes(directory: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> list[Mistake]:
    """What is wrong with the text; none when it is right."""
    try:
        load(directory, text, environ)
    except InvalidConfig as error:
        return list(error.mistakes)
    return []
