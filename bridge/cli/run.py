"""`bridge run`: connects the platforms to their chatbots until stopped."""

from __future__ import annotations

import asyncio
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class LogFormat(StrEnum):
    """How log lines are written."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


def run(
    config: Annotated[
        Path, typer.Option("--config", "-c", envvar="BRIDGE_CONFIG", help="The configuration file.")
    ] = Path("bridge.toml"),
    log_format: Annotated[
        LogFormat, typer.Option(help="auto: text on a terminal, JSON otherwise.", show_choices=True)
    ] = LogFormat.AUTO,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Connect the platforms to their chatbots, until stopped.

    Ctrl-C or SIGTERM finishes running answers within the grace period; a second one leaves them to the next start.
    """
    from bridge.config import load_config
    from bridge.log import LEVELS, configure_logging
    from bridge.plugins import Plugins

    if log_level not in LEVELS:
        raise typer.BadParameter(f"choose one of {', '.join(LEVELS)}", param_hint="--log-level")
    as_json = None if log_format is LogFormat.AUTO else log_format is LogFormat.JSON
    configure_logging(sys.stderr, json=as_json, level=log_level)
    plugins = Plugins()
    settings = load_config(config, plugins)

    from bridge.app import App
    from bridge.clock import SystemClock
    from bridge.notify import keep_alive

    async def serve() -> bool:
        app = App(settings, plugins, SystemClock())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, app.stop)
        alive = asyncio.create_task(keep_alive())
        try:
            return await app.run()
        finally:
            alive.cancel()

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        if not runner.run(serve()):
            raise typer.Exit(1)


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    """The faster loop where it is installed (the extra `uvloop`)."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop
