"""The demo in the browser."""

from __future__ import annotations

import asyncio
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
from bridge_sandbox.serve import stop_signal

PATIENCE = 20.0
"""Seconds in which the bridge should be connected."""


class Demo:
    """Keeps the bridge of the demo running, and the page told of it."""

    def __init__(self, bridge: BridgeProcess, console: Console) -> None:
        self._bridge = bridge
        self._console = console
        self._restarting = asyncio.Lock()
        self.page: Page | None = None

    async def start(self) -> bool:
        """Start the bridge and wait until it is connected; says so and gives False when it cannot be."""
        self._show(BridgeState.STARTING)
        await self._bridge.start()
        if await self._bridge.connected(PATIENCE):
            self._show(BridgeState.CONNECTED)
            return True
        await self._tell_end("did not connect")
        return False

    async def restart(self) -> None:
        """Stop the bridge as an operator would, and start it again."""
        async with self._restarting:
            self._show(BridgeState.STARTING, "restarting")
            await self._bridge.stop()
            await self.start()

    async def watch(self) -> None:
        """Say so when the bridge ends by itself; until cancelled."""
        while True:
            await self._bridge.ended()
            async with self._restarting:  # a restart ends it on purpose, and has started another when it is over
                if not self._bridge.running:
                    await self._tell_end("has ended")
                    return

    async def _tell_end(self, what: str) -> None:
        self._show(BridgeState.STOPPED, f"The bridge {what}. Its log: {self._bridge.log}")
        self._console.print(f"\n[red]The bridge {what}.[/] The end of its log, {self._bridge.log}:", soft_wrap=True)
        self._console.print(escape(self._bridge.last_lines()), style="dim", soft_wrap=True, highlight=False)

    def _show(self, state: BridgeState, text: str = "") -> None:
        if self.page is not None:
            self.page.show_bridge(state, text)


async def run_demo(*, port: int, browser: bool) -> int:
    """Run sandbox, page and bridge until Ctrl-C; the exit code."""
    console = Console(highlight=False)
    stop = stop_signal()
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bridge-demo-")))
        log = Path(tempfile.gettempdir(), f"{directory.name}.log")
        world = await stack.enter_async_context(Sandbox())
        bridge = BridgeProcess(world.write_config(directory), log, world.wire)
        demo = Demo(bridge, console)
        stack.push_async_callback(bridge.stop)
        demo.page = Page(world.people, world.wire, guides=GUIDES, restart=demo.restart, port=port)
        try:
            await stack.enter_async_context(demo.page)
        except OSError as error:
            console.print(f"[red]The page cannot be served:[/] {error}. Another --port may help; 0 takes a free one.")
            return 1
        if not await demo.start():
            return 1
        console.print(f"[bold]bridge demo[/] is ready: [link={demo.page.url}][bold]{demo.page.url}[/][/link]")
        console.print(f"The bridge's log: {log}\nCtrl-C stops it.", style="dim", soft_wrap=True)
        if browser:
            await asyncio.to_thread(webbrowser.open, demo.page.url)
        watching = asyncio.create_task(demo.watch())
        await stop.wait()
        watching.cancel()
        console.print("Stopping …", style="dim")
    return 0
