"""`bridge chat`: one configured chatbot, in the terminal."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer


def chat(
    chatbot: Annotated[str, typer.Argument(help="A chatbot of the configuration: the NAME of [chatbots.NAME].")],
    message: Annotated[
        str | None, typer.Argument(help="Ask only this, print the answer and exit.", show_default=False)
    ] = None,
    resume: Annotated[
        str | None, typer.Option(help="Go on with this session.", metavar="SESSION_ID", show_default=False)
    ] = None,
    config: Annotated[
        Path, typer.Option("--config", "-c", envvar="BRIDGE_CONFIG", help="The configuration file.")
    ] = Path("bridge.toml"),
) -> None:
    """Talk to one of your chatbots in this terminal.

    Line by line until the end of input. Ctrl-C stops the answer that is being written, or else ends the conversation;
    the session can be resumed by its id.
    """
    from bridge.cli.talk import talk
    from bridge.config import load_config
    from bridge.log import configure_logging
    from bridge.plugins import Plugins

    configure_logging(sys.stderr, level="warning")
    settings = load_config(config, Plugins())
    if chatbot not in settings.chatbots:
        known = ", ".join(settings.chatbots) or "none"
        raise typer.BadParameter(f"there is no chatbot {chatbot!r}; configured are: {known}", param_hint="CHATBOT")
    if message is not None and not message.strip():
        raise typer.BadParameter("there is nothing to ask", param_hint="MESSAGE")
    if not asyncio.run(talk(settings, chatbot, resume=resume, message=message)):
        raise typer.Exit(1)
