"""The commands `bridge sandbox` and `bridge demo`. What they run is imported when they run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

Words = Annotated[float, typer.Option(min=0.0, help="Seconds between two words of a chatbot.")]


@app.command()
def sandbox(
    *,
    config: Annotated[Path | None, typer.Option(help="Write a bridge.toml for the sandbox to this file.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65_533, help="The first of three ports; 0 takes free ones.")] = 0,
    word_seconds: Words = 0.03,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses and tokens as JSON.")] = False,
) -> None:
    """Run a fake Slack, Discord and VectorShift on this machine until Ctrl-C."""
    from bridge_sandbox.serve import serve

    raise typer.Exit(asyncio.run(serve(config=config, port=port, word_seconds=word_seconds, as_json=as_json)))


@app.command()
def demo(
    *,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="The page's port; 8765 or, when that is taken, a free one.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    once: Annotated[bool, typer.Option("--once", help="Play a conversation in the terminal, and check it.")] = False,
) -> None:
    """Try bridge without an account: both platforms and chatbots on this machine, in a web page."""
    if once:
        from bridge_sandbox.demo.once import play_once

        raise typer.Exit(asyncio.run(play_once()))
    from bridge_sandbox.demo.live import run_demo

    raise typer.Exit(asyncio.run(run_demo(port=port, browser=browser)))
