"""`bridge discord …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="discord", help="Set up Discord.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Set up Discord."""


@app.command()
def invite(
    application_id: Annotated[
        str | None, typer.Option(help="The application's id; left out, Discord is asked with the bot's token.")
    ] = None,
    config: Annotated[
        Path, typer.Option("--config", "-c", help="The file that says where the token is; else DISCORD_TOKEN.")
    ] = Path("bridge.toml"),
) -> None:
    """Print the link that adds the bot to a server, with the permissions that it needs."""
    from bridge_discord.invite import link
    from bridge_discord.lookup import application

    if application_id is not None and not application_id.isdecimal():
        raise typer.BadParameter(
            "an application id is a number; it is in the developer portal, page General Information"
        )
    typer.echo(link(application_id or application(config)))
