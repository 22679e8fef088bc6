"""The REST API: who may call, what went wrong on the way, and the answer as Discord sends it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from bridge_sandbox.discord import messages, resources
from bridge_sandbox.discord.calls import Call, Context
from bridge_sandbox.discord.limits import Limits
from bridge_sandbox.discord.refusals import STANDARD, RefusalError, unauthorized, unknown_route
from bridge_sandbox.discord.world import World
from bridge_sandbox.faults import Action, Fault, Faults
from bridge_sandbox.wire import Direction, Wire

PREFIX = "/api/v10"


class Rest:
    """Answers the calls below `/api/v10`."""

    def __init__(self, world: World, faults: Faults, wire: Wire, limits: Limits, context: Context) -> None:
        self._world = world
        self._faults = faults
        self._wire = wire
        self._limits = limits
        self._context = context

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        path = request.path.removeprefix(PREFIX)
        name = f"{request.method} {path}"
        body = await _body(request)
        self._wire.record("discord", Direction.FROM_BRIDGE, name, _summary(body), body)
        fault = self._faults.take(name)
        if fault is not None and fault.action is Action.DROP:
            return _cut(request)
        if fault is not None and fault.action is Action.DELAY:
            await asyncio.sleep(fault.delay)
        headers: dict[str, str] = {}
        try:
            if fault is not None and fault.action is Action.STATUS:
                raise _scripted(fault, headers)
            status, answer = self._answer(request, path, body, headers)
        except RefusalError as refusal:
            status, answer = refusal.status, refusal.body
        if fault is not None and fault.action is Action.DROP_AFTER:
            return _cut(request)
        self._wire.record("discord", Direction.TO_BRIDGE, f"{status} {name}", _summary(answer), answer)
        return _respond(status, answer, headers)

    def _answer(self, request: web.Request, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        if request.headers.get("Authorization") != f"Bot {self._world.token}":
            raise unauthorized()
        verdict = self._limits.take(request.method, path)
        headers.update(verdict.headers)
        if verdict.retry_after is not None:
            more = {"retry_after": round(verdict.retry_after, 3), "global": verdict.whole_bot}
            raise RefusalError(429, 0, "You are being rate limited.", **more)
        for routes in (resources.ROUTES, messages.ROUTES):
            found = routes.find(request.method, path)
            if found is not None:
                function, ids = found
                return function(Call(self._world, self._context, ids, body, dict(request.query)))
        raise unknown_route()


async def _body(request: web.Request) -> Any:
    """The JSON of a call; of one with files, what stands beside them, and their names and sizes as `files`."""
    if request.content_type == "multipart/form-data":
        fields = await request.post()
        beside = fields.get("payload_json") or "{}"
        body = json.loads(beside if isinstance(beside, str | bytes | bytearray) else "{}")
        sent = [field for field in fields.values() if isinstance(field, web.FileField)]
        contents = [(field.filename, field.file.read()) for field in sent]
        return {**body, "files": [{"filename": name, "content": content.decode()} for name, content in contents]}
    text = await request.text()
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def _cut(request: web.Request) -> web.Response:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _scripted(fault: Fault, headers: dict[str, str]) -> RefusalError:
    code = int(fault.code) if fault.code is not None else 0
    if fault.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(fault.retry_after)))
        more = {"retry_after": fault.retry_after, "global": False}
        return RefusalError(429, code, "You are being rate limited.", **more)
    status = STANDARD.get(code, fault.status) if code else fault.status
    return RefusalError(status, code, f"A scripted fault ({status})")


def _respond(status: int, answer: Any, headers: dict[str, str]) -> web.Response:
    headers = {"Via": "1.1 sandbox", **headers}
    if answer is None:
        return web.Response(status=status, headers=headers)
    body = json.dumps(answer, separators=(",", ":")).encode()
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


def _summary(data: Any) -> str:
    if isinstance(data, dict):
        return str(data.get("content") or data.get("message") or data.get("name") or "")[:120]
    return ""
