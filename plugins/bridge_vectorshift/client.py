"""The REST side of VectorShift."""

from __future__ import annotations

from typing import Any, Literal

import httpx

from bridge import Clock, within
from bridge_vectorshift.config import ChatbotTable, VectorShiftTable
from bridge_vectorshift.errors import detail_of, from_status, unavailable

TIMEOUT = 15.0
"""Seconds for one call."""


class Client:
    """Calls the REST API; opens its connections at the first call."""

    def __init__(self, table: VectorShiftTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._http: httpx.AsyncClient | None = None

    async def fetch(self, settings: ChatbotTable) -> dict[str, Any]:
        """The object of a chatbot or agent (`GET /chatbot`, `GET /agent`).

        Raises ChatbotNotFound, ChatbotUnauthorized, ChatbotBusy, ChatbotUnavailable.
        """
        query = {
            "id": settings.id,
            "name": settings.name,
            "username": settings.owner.username,
            "org_name": settings.owner.org,
        }
        body = await self._get(settings.kind, {key: value for key, value in query.items() if value is not None})
        found = body.get("object") if isinstance(body, dict) else None
        if not isinstance(found, dict) or not (found.get("_id") or found.get("id")):
            raise unavailable(f"VectorShift answered GET /{settings.kind} with something that is no {settings.kind}")
        return found

    async def close(self) -> None:
        """Close the connections."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def _get(self, kind: Literal["chatbot", "agent"], query: dict[str, str]) -> Any:
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=None)  # noqa: S113 - the clock's own limit holds below
        url = f"{self._table.api_url}/{kind}"
        try:
            headers = {"Authorization": f"Bearer {self._table.api_key.reveal()}"}
            response = await within(self._clock, TIMEOUT, self._http.get(url, params=query, headers=headers))
        except TimeoutError as error:
            raise unavailable(f"VectorShift did not answer GET {url} within {TIMEOUT:g} s") from error
        except httpx.HTTPError as error:
            raise unavailable(f"VectorShift cannot be reached at {url}: {error!r}") from error
        body = _json(response)
        if not response.is_success:
            what = f"GET /{kind} ({', '.join(f'{key}={value}' for key, value in query.items())})"
            raise from_status(response.status_code, what, detail_of(body), response.headers.get("Retry-After"))
        return body


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
