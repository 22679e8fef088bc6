"""The real `bridge run`, as a process of its own beside the sandbox."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bridge_sandbox.wire import Direction, Traffic, Wire

GRACE = 5.0
"""Seconds after which the process is asked more firmly to stop."""

HELLOS = frozenset({("slack", "hello"), ("discord", "READY")})
"""What a platform sends to a client once it is connected."""


class BridgeProcess:
    """Starts, watches and stops `bridge run --config CONFIG`. Its output is added to the file `log`."""

    def __init__(self, config: Path, log: Path, wire: Wire, *, program: Sequence[str] = ("-m", "bridge")) -> None:
        """`program` are the arguments of Python that run bridge."""
        self.log = log
        self._program = program
        self._config = config
        self._wire = wire
        self._process: asyncio.subprocess.Process | None = None
        self._greeted: set[tuple[str, str]] = set()
        self._connected = asyncio.Event()
        self._unlisten: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Start the process; it is connected later."""
        self._greeted.clear()
        self._connected.clear()
        self._unlisten = self._wire.listen(self._on_traffic)
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._program, "run", "--config", str(self._config),
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # the terminal's Ctrl-C is for this process, which then stops that one
            )  # fmt: skip

    @property
    def running(self) -> bool:
        """True from `start` until the process is over."""
        return self._process is not None and self._process.returncode is None

    async def connected(self, timeout: float) -> bool:
        """Wait until the process is connected to both platforms; False when it ended or took over `timeout` seconds."""
        waiting = {asyncio.create_task(self._connected.wait()), asyncio.create_task(self.ended())}
        try:
            await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        return self._connected.is_set()

    async def ended(self) -> int:
        """Wait until the process is over; its exit code."""
        if self._process is None:
            raise RuntimeError("the process was not started")
        return await self._process.wait()

    async def kill(self) -> None:
        """End the process at once, as a power cut does. It must have been started."""
        if self._process is None:
            raise RuntimeError("the process was not started")
        self._unlisten()
        self._unlisten = lambda: None
        self._process.kill()
        await self._process.wait()

    @property
    def pid(self) -> int:
        """Its number. It must have been started."""
        if self._process is None:
            raise RuntimeError("the process was not started")
        return self._process.pid

    def signal(self, number: int) -> None:
        """Send it a signal. It must have been started."""
        if self._process is None:
            raise RuntimeError("the process was not started")
        self._process.send_signal(number)

    async def stop(self) -> int | None:
        """Stop the process; its exit code, None when it was not started. Harmless twice.

        The first SIGTERM lets it finish the answers that it is writing, a second one makes it leave them to its next
        start; after that it is killed.
        """
        self._unlisten()
        self._unlisten = lambda: None
        process = self._process
        if process is None:
            return None
        for ask in (process.terminate, process.terminate, process.kill):
            if process.returncode is None:
                ask()
            try:
                return await asyncio.wait_for(process.wait(), GRACE)
            except TimeoutError:
                continue
        return await process.wait()

    def last_lines(self, count: int = 15) -> str:
        """The end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def _on_traffic(self, traffic: Traffic) -> None:
        if traffic.direction is Direction.TO_BRIDGE and (traffic.service, traffic.kind) in HELLOS:
            self._greeted.add((traffic.service, traffic.kind))
            if self._greeted == HELLOS:
                self._connected.set()
