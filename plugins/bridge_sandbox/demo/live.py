"""The demo in the browser."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import webbrowser
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bridge_sandbox.demo.guides import GUIDES
from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.page import BridgeState, Page
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.serve import until_stopped

PATIENCE = 20.0
"""Seconds in which the bridge should be connected."""
USUAL_PORT = 8765
"""The page's port when none is asked for; another one when it is taken."""


class Demo:
    """Keeps the page and the terminal told of how the bridge is doing. `page` is set before `start`."""

    page: Page

    def __init__(self, bridge: BridgeProcess, console: Console) -> None:
        self._bridge = bridge
        self._console = console
        self._restarting = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> bool:
        """Start the bridge and wait until it is connected; says so and gives False when it cannot be."""
        self.page.show_bridge(BridgeState.STARTING)
        await self._bridge.start()
        if not await self._bridge.connected(PATIENCE):
            self._tell_end("did not connect")
            return False
        self.page.show_bridge(BridgeState.CONNECTED)
        self._watching = asyncio.create_task(self._watch())
        return True

    async def restart(self) -> None:
        """Stop the bridge as an operator would, and start it again."""
        async with self._restarting:
            self.page.show_bridge(BridgeState.STARTING)
            await self.stop()
            await self.start()

    async def stop(self) -> None:
        """Stop the bridge. Harmless twice."""
        if self._watching is not None:
            self._watching.cancel()
        await self._bridge.stop()

    async def _watch(self) -> None:
        await self._bridge.ended()
        self._tell_end("has ended")

    def _tell_end(self, what: str) -> None:
        self.page.show_bridge(BridgeState.STOPPED, f"The bridge {what}. Its log: {self._bridge.log}")
        self._console.print(f"\n[red]The bridge {what}.[/] The end of its log, {self._bridge.log}:", soft_wrap=True)
        self._console.print(escape(self._bridge.last_lines()), style="dim", soft_wrap=True)


async def run_demo(*, port: int | None, browser: bool) -> int:
    """Run sandbox, page and bridge until Ctrl-C; the exit code. `port` None takes the usual one when it is free."""
    console = Console(highlight=False)
    started = await until_stopped(_run(console, port, browser=browser))
    if started is None:
        console.print("Stopped.", style="dim")
    return 1 if started is False else 0


async def _run(console: Console, port: int | None, *, browser: bool) -> bool:
    """Runs until cancelled; False when it cannot start."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bridge-demo-")))
        log = directory.with_suffix(".log")
        world = await stack.enter_async_context(Sandbox())
        demo = Demo(BridgeProcess(world.write_config(directory), log, world.wire), console)
        stack.push_async_callback(demo.stop)
        try:
            demo.page = await _serve_page(stack, world, demo, port)
        except OSError as error:
            console.print(f"[red]The page cannot be served:[/] {error}. Choose another --port; 0 takes a free one.")
            return False
        if not await demo.start():
            return False
        url = demo.page.url
        console.print(f"[bold]bridge demo[/] is ready: [bold link={url}]{url}[/]", soft_wrap=True)
        console.print(f"The bridge's log: {log}\nCtrl-C stops it.", style="dim", soft_wrap=True)
        if browser and _has_screen():
            await asyncio.to_thread(webbrowser.open, url)
        await asyncio.Event().wait()
    return True


async def _serve_page(stack: AsyncExitStack, world: Sandbox, demo: Demo, port: int | None) -> Page:
    def page(port: int) -> Page:
        return Page(world.people, world.wire, guides=GUIDES, restart=demo.restart, port=port)

    if port is not None:
        return await stack.enter_async_context(page(port))
    try:
        return await stack.enter_async_context(page(USUAL_PORT))
    except OSError:  # taken, perhaps by another demo
        return await stack.enter_async_context(page(0))


def _has_screen() -> bool:
    """Whether a browser would open in a window, and not in this terminal."""
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
