"""`/health` and `/metrics` on the address that the file names."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from bridge.admin.health import overall, report
from bridge.condition import Condition, State
from bridge.errors import AdminError
from bridge.meter import Meter

log = structlog.get_logger(__name__)

LOOK = Callable[[], Awaitable[Mapping[tuple[str, str], Condition]]]


@asynccontextmanager
async def serving(host: str, port: int, *, look: LOOK, meter: Meter) -> AsyncIterator[None]:
    """Answer requests until the block ends. `look` says how everything is.

    Raises AdminError when nobody can listen on that address.
    """

    async def health(_: web.Request) -> web.Response:
        known = await look()
        return web.json_response(report(known), status=503 if overall(known) is State.DOWN else 200)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=meter.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app = web.Application()
    app.add_routes([web.get("/health", health), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise AdminError(
                f"[bridge] admin: nobody can listen on {host}:{port}: {error.strerror or error}; "
                "choose another address, or leave the key out"
            ) from error
        if not _is_loopback(host):
            log.warning(
                "admin.open", address=f"{host}:{port}", reason="whoever reaches it can read /health and /metrics"
            )
        log.info("admin.listening", address=f"{host}:{runner.addresses[0][1]}")
        yield
    finally:
        await runner.cleanup()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
