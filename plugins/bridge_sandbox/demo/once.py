"""The demo in the terminal: one conversation on both platforms, played and checked."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from bridge_sandbox.demo.observer import Observer
from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.demo.script import Expected, MismatchError, play
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.serve import until_stopped
from bridge_sandbox.view import People

SHOWN_LINES = 10
"""How much of the end of an answer is shown while it is written."""


class TerminalPlayer:
    """Plays each step in the terminal: the question, the answer as it is written, and how long it took.

    An answer must be complete, and the bridge connected, in `patience` seconds.
    """

    def __init__(self, bridge: BridgeProcess, console: Console, *, patience: float = 30.0) -> None:
        self._bridge = bridge
        self._console = console
        self._patience = patience

    async def ask(self, title: str, people: People, room: str, text: str, expected: Expected) -> str:
        """Write and wait for the answer; the room in which it is. Raises MismatchError."""
        began = time.monotonic()
        with Live(console=self._console, transient=True, refresh_per_second=12) as live:
            observer = Observer(people, room, lambda: live.update(_running(title, text, observer.texts)))
            with observer:
                live.update(_running(title, text, []))
                await people.say(room, text)
                right = await observer.until(expected, self._patience)
        self._console.print(_mark(right), Text(title, "bold"), Text(f" {time.monotonic() - began:.1f} s", "dim"))
        self._console.print(_dialogue(text, _short(observer.texts)))
        if not right:
            raise MismatchError(f"{title}: the bot's messages were {list(observer.texts)}")
        return observer.messages[0].room

    async def start(self, title: str) -> None:
        """Start the bridge. Raises MismatchError when it does not connect."""
        began = time.monotonic()
        with self._console.status(title):
            await self._bridge.start()
            right = await self._bridge.connected(self._patience)
        self._console.print(_mark(right), Text(title, "bold"), Text(f" {time.monotonic() - began:.1f} s\n", "dim"))
        if not right:
            raise MismatchError(f"{title}: it did not connect")

    async def restart(self, title: str) -> None:
        """Stop the bridge, which must end well, and start it again. Raises MismatchError."""
        code = await self._bridge.stop()
        if code != 0:
            raise MismatchError(f"{title}: it ended with exit code {code}")
        await self.start(title)


async def play_once() -> int:
    """Play the script; 0 when all of it came out right, else 1."""
    console = Console(highlight=False)
    right = await until_stopped(_play(console))
    if right is None:
        console.print("Stopped.", style="dim")
    return 0 if right else 1


async def _play(console: Console) -> bool:
    with tempfile.TemporaryDirectory(prefix="bridge-demo-") as name:
        directory = Path(name)
        async with Sandbox(word_seconds=0.01) as world:
            bridge = BridgeProcess(world.write_config(directory), directory / "bridge.log", world.wire)
            player = TerminalPlayer(bridge, console)
            try:
                await player.start("The bridge connects to Slack and Discord")
                await play(player, world)
            except MismatchError as error:
                console.print(f"[red bold]Not right:[/] {escape(str(error))}")
                console.print("The end of the bridge's log:", style="dim")
                console.print(bridge.last_lines(), style="dim", markup=False, soft_wrap=True)
                return False
            finally:
                await bridge.stop()
    console.print("[green bold]All of it came out right.[/]")
    return True


def _mark(right: bool) -> Text:
    return Text("✓", "green bold") if right else Text("✗", "red bold")


def _running(title: str, question: str, texts: Sequence[str]) -> RenderableType:
    return Group(Spinner("dots", Text(title, "bold")), _dialogue(question, _lines(texts)[-SHOWN_LINES:]))


def _short(texts: Sequence[str]) -> Sequence[str]:
    lines = _lines(texts)
    half = SHOWN_LINES // 2
    if len(lines) <= SHOWN_LINES:
        return lines
    return [*lines[:half], f"… {len(lines) - 2 * half} more lines …", *lines[-half:]]


def _lines(texts: Sequence[str]) -> list[str]:
    return "\n\n".join(texts).splitlines()


def _dialogue(question: str, answer: Sequence[str]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_row(Text("Ada", "bold cyan"), Text(question))
    grid.add_row(Text("bridge", "bold green"), Text("\n".join(answer)))
    return Padding(grid, (0, 0, 1, 2), expand=False)
