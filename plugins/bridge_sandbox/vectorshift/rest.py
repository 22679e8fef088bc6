"""The REST calls of the fake service."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.vectorshift.chatbots import BOTS, ORGANIZATION, OWNER, find
from bridge_sandbox.wire import Direction

if TYPE_CHECKING:
    from bridge_sandbox.vectorshift.service import FakeVectorShift

WORDS = {400: "bad request", 401: "invalid API key", 403: "forbidden", 404: "not found", 429: "too many requests"}


class Rest:
    """`GET /chatbot`, `/agent` and `/chatbots`."""

    def __init__(self, service: FakeVectorShift) -> None:
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        """For the application."""
        return [
            web.get("/v1/chatbot", self._fetch),
            web.get("/v1/agent", self._fetch),
            web.get("/v1/chatbots", self._list),
        ]

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        if (refusal := await self._refusal(request)) is not None:
            return refusal
        query = request.query
        if bool(query.get("id")) == bool(query.get("name")):
            return self._answer(request, 400, {"error": "exactly one of id and name is required"})
        kind = request.path.rpartition("/")[2]
        bot = find(kind, by_id=query.get("id"), by_name=query.get("name"))
        if query.get("username", OWNER) != OWNER or query.get("org_name", ORGANIZATION) != ORGANIZATION:
            bot = None
        if bot is None:
            return self._answer(request, 404, {"error": f"{kind} not found"})
        return self._answer(request, 200, {"object": bot.to_json()})

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if (refusal := await self._refusal(request)) is not None:
            return refusal
        try:
            start, count = int(request.query.get("offset", 0)), int(request.query.get("limit", 100))
        except ValueError:
            return self._answer(request, 422, {"detail": "limit and offset are numbers"})
        bots = [bot.to_json() for bot in BOTS if bot.kind == "chatbot"]
        return self._answer(request, 200, {"objects": bots[start : start + count]})

    async def _refusal(self, request: web.Request) -> web.StreamResponse | None:
        self._service.wire.record(
            "vectorshift", Direction.FROM_BRIDGE, name_of(request), request.query_string, dict(request.query)
        )
        fault = self._service.faults.take(name_of(request))
        if fault is not None and (response := await apply(fault, request)) is not None:
            return response
        if not self._service.authorized(request):
            return self._answer(request, 401, {"error": WORDS[401]})
        return None

    def _answer(self, request: web.Request, status: int, body: dict[str, Any]) -> web.Response:
        summary = f"{status} {body['object']['name'] if 'object' in body else body.get('error', '')}".strip()
        self._service.wire.record("vectorshift", Direction.TO_BRIDGE, name_of(request), summary, body)
        return web.json_response(body, status=status)


def name_of(request: web.Request) -> str:
    """What faults call this call, e.g. `GET /chatbot`."""
    return f"{request.method} {request.path.removeprefix('/v1')}"


async def apply(fault: Fault, request: web.Request) -> web.Response | None:
    """What an HTTP call gets instead of its answer; None when it goes on, perhaps later."""
    if fault.action is Action.DELAY:
        await asyncio.sleep(fault.delay)
        return None
    if fault.action in {Action.DROP, Action.DROP_AFTER}:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    error = str(fault.code or WORDS.get(fault.status, "internal error"))
    return web.json_response({"error": error}, status=fault.status, headers=headers)
