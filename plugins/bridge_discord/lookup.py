"""Asks Discord which application a token belongs to, for `bridge discord invite`."""

from __future__ import annotations

import asyncio
import os
import tomllib
from pathlib import Path

from pydantic import ValidationError

from bridge import ConfigError, PlatformError, SystemClock
from bridge_discord.config import DiscordTable
from bridge_discord.rest import Rest


def application(config: Path) -> str:
    """The id of the application whose token `config` refers to; without that file, the one of DISCORD_TOKEN.

    Raises ConfigError when there is no token, PlatformError when Discord cannot say.
    """
    return asyncio.run(_ask(_table(config)))


def _table(config: Path) -> DiscordTable:
    tables = _platforms(config) if config.exists() else {}
    chosen = next((t for name, t in tables.items() if t.get("type", name) == "discord"), {})
    settings = {key: value for key, value in chosen.items() if key != "type"}
    try:
        return DiscordTable.model_validate(settings, context={"environ": os.environ, "directory": config.parent})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        place = f"{config}, [platforms.discord], {where}" if config.exists() else f"there is no {config}"
        raise ConfigError(f"{place}: {first['msg']}; or name the application with --application-id") from error


def _platforms(config: Path) -> dict[str, dict[str, object]]:
    try:
        tables = tomllib.loads(config.read_text(encoding="utf-8")).get("platforms", {})
    except (OSError, ValueError) as error:
        raise ConfigError(f"{config} cannot be read: {error}") from error
    return {name: table for name, table in tables.items() if isinstance(table, dict)}


async def _ask(table: DiscordTable) -> str:
    rest = Rest(table.token, table.api_url, SystemClock(), _ignore)
    try:
        found = await rest.call("GET", "/applications/@me")
        return str(found["id"])
    except PlatformError as error:
        raise PlatformError(f"Discord does not say which application this is: {error}") from error
    finally:
        await rest.close()


def _ignore(*_: object, **__: object) -> None:
    """One call needs no budget."""
