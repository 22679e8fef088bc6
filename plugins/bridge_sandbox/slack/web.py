"""The Web API over HTTP: arguments, tokens, scopes, limits, faults; then the method."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bridge_sandbox.faults import Action, Fault, Faults
from bridge_sandbox.slack.errors import SlackRefusal
from bridge_sandbox.slack.limits import Limiter
from bridge_sandbox.slack.methods import Method
from bridge_sandbox.slack.tokens import Tokens
from bridge_sandbox.wire import Direction, Wire


class WebApi:
    """Answers `POST` and `GET /api/METHOD`."""

    def __init__(
        self,
        methods: Mapping[str, Method],
        tokens: Tokens,
        faults: Faults,
        limiter: Limiter,
        wire: Wire,
    ) -> None:
        self._methods = methods
        self._tokens = tokens
        self._faults = faults
        self._limiter = limiter
        self._wire = wire
        self.calls: list[tuple[str, dict[str, Any]]] = []
        """Every call that was let through to its method."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        name = request.match_info["method"]
        arguments = await _arguments(request)
        self._wire.record("slack", Direction.FROM_BRIDGE, name, _summary(arguments), arguments)
        fault = self._faults.take(name)
        if fault is not None:
            if fault.action is Action.DELAY:
                await asyncio.sleep(fault.delay)
            elif fault.action is Action.DROP:
                _cut(request)
            elif fault.action is Action.STATUS:
                return _refused(fault)
        wait = self._limiter.take(name, str(arguments.get("channel", "")))
        if wait:
            return _ratelimited(wait)
        response = self._answer(name, request, arguments)
        if fault is not None and fault.action is Action.DROP_AFTER:
            _cut(request)
        return response

    def _answer(self, name: str, request: web.Request, arguments: dict[str, Any]) -> web.Response:
        headers: dict[str, str] = {}
        try:
            method = self._methods.get(name)
            if method is None:
                raise SlackRefusal("unknown_method", req_method=name)
            bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
            scopes = self._tokens.allow(bearer or str(arguments.get("token", "")), name)
            headers["x-oauth-scopes"] = ",".join(sorted(scopes))
            self.calls.append((name, arguments))
            return web.json_response({"ok": True, **method(arguments)}, headers=headers)
        except SlackRefusal as refusal:
            return web.json_response({"ok": False, "error": refusal.code, **refusal.beside}, headers=headers)


async def _arguments(request: web.Request) -> dict[str, Any]:
    """From query, form and JSON, which SDKs use in turn."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise web.HTTPBadRequest(text="invalid_json") from None
        arguments |= body
    elif request.can_read_body:
        arguments |= dict(await request.post())
    return arguments


def _refused(fault: Fault) -> web.Response:
    if fault.code is not None:
        return web.json_response({"ok": False, "error": str(fault.code)})
    if fault.status == 429:
        return _ratelimited(1.0 if fault.retry_after is None else fault.retry_after)
    return web.Response(status=fault.status, text="<html>upstream error</html>", content_type="text/html")


def _ratelimited(wait: float) -> web.Response:
    """Slack gives whole seconds; below one, only ever with scaled limits, it is exact."""
    after = str(math.ceil(wait)) if wait >= 1 else f"{wait:.3f}"
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": after})


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("cut by a scripted fault")


def _summary(arguments: Mapping[str, Any]) -> str:
    blocks = arguments.get("blocks")
    if isinstance(blocks, list) and blocks:
        return str(blocks[0].get("text", ""))[:100]
    return str(arguments.get("text") or arguments.get("status") or arguments.get("channel") or "")[:100]
