"""The lines that somebody types, for a program that does other things meanwhile."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import typer


class Lines:
    """The lines of the input, read by a thread so that answers are printed meanwhile.

    It reads the file descriptor itself: a thread that waits in `sys.stdin` would hold its lock when the program exits.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._ended = False
        threading.Thread(target=self._read, args=(sys.stdin.fileno(),), daemon=True, name="input").start()

    async def next(self, prompt: str) -> str | None:
        """The next line; None at the end of the input. `prompt` is shown to people only."""
        if self._ended:
            return None
        if sys.stdin.isatty():
            typer.echo(prompt, nl=False)
        line = await self._lines.get()
        self._ended = line is None
        return line

    def end(self) -> None:
        """Take nothing more."""
        self._lines.put_nowait(None)

    def _read(self, descriptor: int) -> None:
        rest = b""
        while chunk := os.read(descriptor, 65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._pass_on(line)
        if rest:
            self._pass_on(rest)
        self._pass_on(None)

    def _pass_on(self, line: bytes | None) -> None:
        text = None if line is None else line.decode(errors="replace").rstrip("\r")
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._lines.put_nowait, text)
