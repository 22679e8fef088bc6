"""What `bridge sandbox` does: serve, say where, and stop when told to."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.settings import Address


async def serve(*, config: Path | None, port: int, word_seconds: float, as_json: bool) -> int:
    """Run the three fakes until SIGINT or SIGTERM; the exit code."""
    stop = stop_signal()
    world = Sandbox(port=port, word_seconds=word_seconds)
    try:
        async with world:
            if config is not None:
                world.write_config(config.parent, config.name)
            if as_json:
                answer = {**world.addresses(), "config": None if config is None else str(config)}
                print(json.dumps(answer), flush=True)  # noqa: T201 - the output itself
            else:
                _print_addresses(Console(), world.addresses(), config)
            await stop.wait()
    except OSError as error:  # a port is taken, or the file cannot be written
        Console(stderr=True).print(f"[red]The sandbox cannot start:[/] {error}", highlight=False)
        return 1
    return 0


def stop_signal() -> asyncio.Event:
    """An event that Ctrl-C, SIGTERM or a closed terminal sets, instead of what they do otherwise."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            loop.add_signal_handler(getattr(signal, name), stop.set)
    return stop


def _print_addresses(console: Console, addresses: Mapping[str, Address], config: Path | None) -> None:
    for service, address in addresses.items():
        console.print(f"[bold]{service}[/]")
        for key, value in address.items():
            console.print(f"  {key:<12} {value}", highlight=False, soft_wrap=True)
    if config is not None:
        console.print(f"\nIn another terminal:  [bold]bridge run --config {config}[/]", soft_wrap=True)
    console.print("\nCtrl-C stops it.")
