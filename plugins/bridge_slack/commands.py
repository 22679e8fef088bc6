"""`bridge slack …`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(name="slack", help="Set up the Slack app.", no_args_is_help=True)


@app.callback()
def slack() -> None:
    """Set up the Slack app."""


@app.command()
def manifest(
    name: Annotated[str, typer.Option(help="What the bot is called in Slack.")] = "bridge",
    http: Annotated[
        str | None, typer.Option(metavar="URL", help="Have events sent to this HTTPS address, not over Socket Mode.")
    ] = None,
    agent: Annotated[
        bool, typer.Option("--agent", help="Declare the app an agent; then set agent = true in bridge.toml.")
    ] = False,
) -> None:
    """Print the app manifest: paste it at https://api.slack.com/apps, Create New App, From a manifest."""
    from bridge_slack.manifest import manifest as build

    if http is not None and not http.startswith("https://"):
        raise typer.BadParameter("Slack sends events only to an address that begins with https://", param_hint="--http")
    typer.echo(json.dumps(build(name=name, http=http, agent=agent), indent=2, ensure_ascii=False))
