"""One loopback HTTP server that can go down and come back on the same port."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web


class Server:
    """Serves the application that `build` makes, a fresh one for each start.

    The port is chosen at the first start and kept, so that a client finds the service again after an outage.
    """

    def __init__(self, build: Callable[[], web.Application], *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._build = build
        self._runner: web.AppRunner | None = None
        self.host = host
        self.port = port

    @property
    def running(self) -> bool:
        """True between `start` and `stop`."""
        return self._runner is not None

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        runner = web.AppRunner(self._build(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port, reuse_address=True).start()
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner
        self.port = int(runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening and cut every connection. Harmless twice."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @property
    def origin(self) -> str:
        """`HOST:PORT`, once started."""
        return f"{self.host}:{self.port}"
