"""Discord for bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import PlatformSpec, hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def bridge_platforms() -> list[PlatformSpec]:
    """The platform type `discord`."""
    return [
        PlatformSpec(
            type="discord",
            config="bridge_discord.config:DiscordTable",
            factory="bridge_discord.platform:DiscordPlatform",
            example="bridge_discord.example:EXAMPLE",
            needs="bridge_discord.invite:needs",
            link="bridge_discord.links:message_of",
        )
    ]


@hookimpl
def bridge_commands() -> list[typer.Typer]:
    """The command group `bridge discord`."""
    from bridge_discord.commands import app

    return [app]
