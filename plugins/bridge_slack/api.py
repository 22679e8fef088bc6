"""Calls to Slack's Web API: one HTTP session, the SDK's client without its retries, errors as ours."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bridge import (
    BudgetKey,
    InstanceFailed,
    PlatformContext,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Secret,
)
from bridge_slack.config import SlackTable
from bridge_slack.errors import NETWORK_ERRORS, from_network, from_slack

CALL_SECONDS = 30.0
"""How long one call may take. Slack's own answers come within a few seconds, or not at all."""


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address, if any (HTTPS_PROXY, NO_PROXY)."""
    address = urlsplit(url)
    if address.hostname is None or proxy_bypass(address.hostname):
        return None
    return getproxies().get({"wss": "https", "ws": "http"}.get(address.scheme, address.scheme))


class Api:
    """The Web API as one app."""

    def __init__(self, table: SlackTable, context: PlatformContext) -> None:
        self._table = table
        self._observe = context.observe
        self.admit = context.admit
        self._clock = context.clock
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[Secret | None, AsyncWebClient] = {}
        self.failed: asyncio.Future[None] | None = None
        """While the adapter runs: ends with InstanceFailed once Slack no longer takes a token."""

    @property
    def session(self) -> aiohttp.ClientSession:
        """The HTTP session, opened on first use; without one the SDK opens a connection for every call."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session

    def client(self, token: Secret | None) -> AsyncWebClient:
        """The SDK's client. It never tries again: after a lost connection that could post twice."""
        if token not in self._clients:
            client = AsyncWebClient(
                token=token.reveal() if token else None,
                base_url=self._table.api_url,
                session=self.session,
                retry_handlers=[],
            )
            client.proxy = proxy_for(self._table.api_url)  # the SDK's own choice disregards NO_PROXY
            self._clients[token] = client
        return self._clients[token]

    async def read(self, method: str, key: BudgetKey | None = None, **arguments: Any) -> Mapping[str, Any]:
        """A call that changes nothing. Slack takes its arguments as a form, not as JSON. Raises PlatformError."""
        return _data(await self._call(self._table.bot_token, method, key, {"data": arguments}, writes=False))

    async def write(self, method: str, key: BudgetKey | None = None, **arguments: Any) -> Mapping[str, Any]:
        """A call that changes something; sent once. Raises PlatformError."""
        return _data(await self._call(self._table.bot_token, method, key, {"json": arguments}, writes=True))

    async def submit(self, method: str, key: BudgetKey | None = None, **arguments: Any) -> Mapping[str, Any]:
        """The like for a method that takes its arguments as a form. Raises PlatformError."""
        return _data(await self._call(self._table.bot_token, method, key, {"data": arguments}, writes=True))

    async def put(self, url: str, content: bytes) -> None:
        """Send a file to where Slack wants to have it; the address is its own permission. Raises PlatformError."""
        try:
            async with self.session.post(url, data=content, proxy=proxy_for(url)) as response:
                if response.status >= 400:
                    raise PlatformUnavailable(f"Slack refused a file: HTTP {response.status}")
        except NETWORK_ERRORS as error:
            raise from_network(error, "the upload of a file", writes=True) from error

    async def ticket(self) -> str:
        """The address of one Socket Mode connection; it works once. Slack: apps.connections.open."""
        answer = await self._call(self._table.app_token, "apps.connections.open", None, {}, writes=False)
        return str(answer.get("url", ""))

    async def scopes(self) -> frozenset[str]:
        """The scopes of the bot token, from a header that Slack sends with every answer."""
        answer = await self._call(self._table.bot_token, "auth.test", None, {}, writes=False)
        found = {name.lower(): value for name, value in answer.headers.items()}
        return frozenset(scope.strip() for scope in str(found.get("x-oauth-scopes", "")).split(",") if scope.strip())

    async def close(self) -> None:
        """Release the connections."""
        if self._session is not None:
            await self._session.close()

    async def _call(
        self, token: Secret, method: str, key: BudgetKey | None, arguments: dict[str, Any], *, writes: bool
    ) -> AsyncSlackResponse:
        try:
            return await self.client(token).api_call(method, **arguments)
        except SlackApiError as error:
            raise self._refused(from_slack(error, method, writes=writes), key) from error
        except NETWORK_ERRORS as error:
            raise from_network(error, method, writes=writes) from error

    def _refused(self, error: PlatformError, key: BudgetKey | None) -> PlatformError:
        if isinstance(error, RateLimited) and key is not None:
            self._observe(key, remaining=0, reset_after=error.retry_after, completed_at=self._clock.monotonic())
        if isinstance(error, InstanceFailed) and self.failed is not None and not self.failed.done():
            self.failed.set_exception(error)
        return error


def _data(answer: AsyncSlackResponse) -> Mapping[str, Any]:
    return answer.data if isinstance(answer.data, dict) else {}
