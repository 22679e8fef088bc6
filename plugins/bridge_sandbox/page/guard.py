"""Who may talk to the page's server.

It binds to loopback, and still any web site that the person has open can send requests to it. So each request must
name this server as its host (which stops DNS rebinding), and those that do or tell something must come from the page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@web.middleware
async def guard(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
    """Refuse what does not come from the page at this server's own loopback address."""
    port = request.transport.get_extra_info("sockname")[1] if request.transport is not None else None
    host = request.headers.get("Host", "").lower()
    if host not in {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}:
        raise web.HTTPForbidden(text="This page answers only to its own address.")
    is_open = request.path == "/" or request.path.startswith("/static/")
    if not is_open and request.headers.get("Origin") != f"http://{host}":
        raise web.HTTPForbidden(text="This address answers only to its own page.")
    response: web.StreamResponse = await handler(request)
    return response


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Tell the browser to run nothing but the page's own files."""
    response.headers.update(HEADERS)
