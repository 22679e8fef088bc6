"""What `bridge sandbox` does: serve, say where, and stop when told to."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.settings import Address

T = TypeVar("T")


async def serve(*, config: Path | None, port: int, word_seconds: float, as_json: bool) -> int:
    """Run the three fakes until SIGINT or SIGTERM; the exit code."""
    world = Sandbox(port=port, word_seconds=word_seconds)
    try:
        await until_stopped(_serve(world, config, as_json=as_json))
    except OSError as error:  # a port is taken, or the file cannot be written
        Console(stderr=True).print(f"[red]The sandbox cannot start:[/] {error}", highlight=False)
        return 1
    return 0


async def until_stopped(work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` returns; None when Ctrl-C, SIGTERM or a closed terminal cancelled it.

    `work` gets to clean up before this returns. What it raises is raised here.
    """
    task = asyncio.create_task(work)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        task.cancel()

    loop = asyncio.get_running_loop()
    signals = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        if not stopped:
            raise
        return None
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def _serve(world: Sandbox, config: Path | None, *, as_json: bool) -> None:
    async with world:
        if config is not None:
            world.write_config(config.parent, config.name)
        if as_json:
            answer = {**world.addresses(), "config": None if config is None else str(config)}
            print(json.dumps(answer), flush=True)  # noqa: T201 - the output itself
        else:
            _print_addresses(Console(), world.addresses(), config)
        await asyncio.Event().wait()


def _print_addresses(console: Console, addresses: Mapping[str, Address], config: Path | None) -> None:
    for service, address in addresses.items():
        console.print(f"[bold]{service}[/]")
        for key, value in address.items():
            console.print(f"  {key:<12} {value}", highlight=False, soft_wrap=True)
    if config is not None:
        console.print(f"\nIn another terminal:  [bold]bridge run --config {config}[/]", soft_wrap=True)
    console.print("\nCtrl-C stops it.")
