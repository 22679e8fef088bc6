"""The database that the operator's file names, for the commands that look into it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from bridge.store import Store

R = TypeVar("R")

ConfigPath = Annotated[Path, typer.Option("--config", "-c", envvar="BRIDGE_CONFIG", help="The configuration file.")]
CONFIG = Path("bridge.toml")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def location(config: Path) -> tuple[str, Path]:
    """The database's URL, and the directory that a relative one starts from. Raises ConfigError."""
    from bridge.config import load_config
    from bridge.plugins import Plugins

    # Whoever looks into the database need not have the tokens at hand, unless the address itself is a secret.
    url = load_config(config, Plugins(), secrets=False).settings.database_url
    return url or load_config(config, Plugins()).settings.database_url, config.parent


def with_store(config: Path, work: Callable[[Store], Awaitable[R]]) -> R:
    """What `work` makes of the store, beside a bridge that may be running. Raises BridgeError."""
    import asyncio

    from bridge.clock import SystemClock
    from bridge.store import open_store

    url, directory = location(config)

    async def run() -> R:
        store = await open_store(url, clock=SystemClock(), directory=directory, upgrade=False, exclusive=False)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())
