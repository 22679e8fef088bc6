"""From a path to a Config: everything is read, every mistake is collected, and only then one error is raised."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bridge.config.document import Document
from bridge.config.entries import Reader
from bridge.config.entry import ChatbotEntry, PlatformEntry, ProviderEntry
from bridge.config.mistakes import instead
from bridge.config.routes import read_routes
from bridge.config.settings import Settings
from bridge.errors import PluginError
from bridge.model import InstanceName
from bridge.plugins import Plugins
from bridge.route import Route

TABLES = ("bridge", "platforms", "providers", "chatbots", "routes")
"""The tables at the top of the file."""


@dataclass(frozen=True, slots=True)
class Config:
    """The operator's file, valid as a whole."""

    path: Path
    settings: Settings
    platforms: Mapping[InstanceName, PlatformEntry]
    providers: Mapping[str, ProviderEntry]
    chatbots: Mapping[str, ChatbotEntry]
    routes: tuple[Route, ...]
    secret_files: tuple[Path, ...] = ()
    """The files that secrets were read from."""
    content: bytes = field(default=b"", repr=False, compare=False)
    """What was read."""


def load_config(
    path: Path,
    plugins: Plugins,
    environ: Mapping[str, str] = os.environ,
    *,
    secrets: bool = True,
    content: bytes | None = None,
) -> Config:
    """Read the file and everything that it refers to. Relative paths in it start at its own directory.

    Plugins that it names are loaded into `plugins`. With `secrets` False no secret is looked up, and each is empty:
    for looking at the file where they are not at hand. `content` is what was read from the file already. Raises
    InvalidConfig with every mistake at once.
    """
    document = Document(path, content)
    files: list[Path] = []
    context = {"environ": environ, "directory": path.parent, "secrets": secrets, "secret_files": files}
    for key in document.data:
        if key not in TABLES:
            document.mistake((key,), "this table is unknown", instead(key, TABLES, "known are"))
    _load_plugins(document, plugins)
    table = document.table(("bridge",), document.data.get("bridge", {}))
    settings = None if table is None else document.validate(Settings, table, ("bridge",), context)
    reader = Reader(document, plugins, context)
    platforms, providers = reader.platforms(), reader.providers()
    chatbots = reader.chatbots()
    # Names of tables that have mistakes of their own are known: a route to them is not wrong as well.
    routes = read_routes(document, document.names("platforms"), document.names("chatbots"), context)
    document.give_up()
    assert settings is not None  # noqa: S101 - else there was a mistake
    secret_files = tuple(dict.fromkeys(files))
    return Config(path, settings, platforms, providers, chatbots, routes, secret_files, document.content)


def _load_plugins(document: Document, plugins: Plugins) -> None:
    table = document.data.get("bridge")
    names = table.get("plugins") if isinstance(table, dict) else None
    for index, name in enumerate(names if isinstance(names, list) else ()):
        try:
            plugins.load(str(name))
        except PluginError as error:
            keys = ("bridge", "plugins", index)
            document.mistake(keys, str(error), instead(str(name), plugins.installed, "installed are"))
