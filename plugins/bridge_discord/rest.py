"""Calls to Discord's REST API, one attempt each.

discord.py's own HTTP client repeats a write after a 5xx, sleeps through a 429, and sleeps inside a call that succeeded
but spent its bucket's last token. All of that is decided elsewhere here, so calls go out directly: a call ends when
its response is there, its limits are reported, and whatever went wrong is an error that says if it may be repeated.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

import bridge
from bridge import BudgetKey, Clock, Observe, OutcomeUnknown, PlatformUnavailable, Secret
from bridge_discord.errors import Answer, retry_after
from bridge_discord.limits import GLOBAL

TIMEOUT = aiohttp.ClientTimeout(total=15.0, connect=5.0)


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes out with a message (Discord: Uploading Files)."""

    name: str
    content: bytes

    def form(self, body: Mapping[str, Any] | None) -> dict[str, Any]:
        """What a request is given for it and the message."""
        form = aiohttp.FormData()
        form.add_field("payload_json", json.dumps(body), content_type="application/json")
        form.add_field("files[0]", self.content, filename=self.name, content_type="text/markdown")
        return {"data": form}


class Rest:
    """Discord's REST API for one token. Opens its connections on first use."""

    def __init__(self, token: Secret, api_url: str, clock: Clock, observe: Observe) -> None:
        self._token = token
        self._api_url = api_url
        self._clock = clock
        self._observe = observe
        self._session: aiohttp.ClientSession | None = None
        self.refused = asyncio.Event()
        """Set once Discord has refused the token."""

    async def close(self) -> None:
        """Close every connection. Harmless twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        key: BudgetKey | None = None,
    ) -> Any:
        """The body of the answer. Raises PlatformError for everything that is not done."""
        return (await self.send(method, path, body=body, query=query, key=key)).result()

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        key: BudgetKey | None = None,
        file: File | None = None,
    ) -> Answer:
        """The answer, also a refusal. `key` is the bucket that its headers tell about.

        Raises PlatformUnavailable when the call cannot have happened, OutcomeUnknown when it can.
        """
        name = f"{method} {path}"
        try:
            answer = await self._exchange(
                name, method, path, query, {"json": body} if file is None else file.form(body)
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise PlatformUnavailable(f"{name}: Discord cannot be reached: {error}") from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            kind = PlatformUnavailable if method == "GET" else OutcomeUnknown
            raise kind(f"{name}: the connection broke: {type(error).__name__}") from error
        self._report(answer, key)
        if answer.status == 401:
            self.refused.set()
        return answer

    async def _exchange(
        self, name: str, method: str, path: str, query: Mapping[str, str] | None, sent: Mapping[str, Any]
    ) -> Answer:
        url = self._api_url + path
        async with self._opened().request(method, url, params=query, **sent) as response:
            text = await response.text()
            headers = {header.lower(): value for header, value in response.headers.items()}
            return Answer(name, response.status, headers, _parsed(text))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            agent = f"DiscordBot (bridge-chat, {bridge.__version__})"
            headers = {"Authorization": f"Bot {self._token.reveal()}", "User-Agent": agent}
            self._session = aiohttp.ClientSession(headers=headers, timeout=TIMEOUT)
        return self._session

    def _report(self, answer: Answer, key: BudgetKey | None) -> None:
        now = self._clock.monotonic()
        headers = answer.headers
        if answer.status == 429:
            whole = "x-ratelimit-global" in headers or headers.get("x-ratelimit-scope") == "global"
            banned = "via" not in headers  # Cloudflare answered, for everything that comes from this address
            spent = GLOBAL if whole or banned or key is None else key
            self._observe(spent, remaining=0.0, reset_after=retry_after(answer), completed_at=now)
        elif key is not None and "x-ratelimit-remaining" in headers:
            self._observe(
                key,
                limit=_number(headers, "x-ratelimit-limit"),
                remaining=_number(headers, "x-ratelimit-remaining"),
                reset_after=_number(headers, "x-ratelimit-reset-after"),
                completed_at=now,
            )


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        return float(headers[name])
    except (KeyError, ValueError):
        return None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None  # an empty answer, or a page of Cloudflare's
