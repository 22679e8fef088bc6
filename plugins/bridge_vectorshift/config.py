"""The tables of the operator's file that belong to VectorShift."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from bridge import Secret, Table, secret

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)", value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("duration", 'a duration is written with its unit, such as "30s" or "5m"')
    return timedelta(seconds=float(found[1]) * UNITS[found[2]])


def _address(*schemes: str) -> BeforeValidator:
    def check(value: Any) -> Any:
        parts = urlsplit(value) if isinstance(value, str) else None
        if parts is None or parts.scheme not in schemes or not parts.hostname:
            raise PydanticCustomError(
                "address", "an address begins with {schemes}", {"schemes": " or ".join(f"{s}://" for s in schemes)}
            )
        return str(value).rstrip("/")

    return BeforeValidator(check)


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?(ms|s|m|h)$"}),
]


class VectorShiftTable(Table):
    """One VectorShift account."""

    api_key: Secret = secret("VECTORSHIFT_API_KEY", "The API key of the account.")
    api_url: Annotated[str, _address("https", "http")] = "https://api.vectorshift.ai/v1"
    """The base of the REST API."""
    ws_url: Annotated[str, _address("wss", "ws")] | None = None
    """The base of the WebSocket API; `/ws/session` is appended. Left out, it is `api_url` with `wss://`."""
    linger: Duration = timedelta(seconds=30)
    """How long a connection is kept after a turn, in case that the next one follows soon."""

    @property
    def socket_url(self) -> str:
        """Where sessions are connected."""
        base = self.ws_url or re.sub(r"^http", "ws", self.api_url)
        return f"{base}/ws/session"


class Owner(Table):
    """Whose chatbot it is, where it is shared by somebody else."""

    username: str | None = None
    """The owner's user name."""
    org: str | None = None
    """The owner's organization."""


class ChatbotTable(Table):
    """One chatbot or agent. Exactly one of `name` and `id` says which."""

    name: str | None = Field(default=None, min_length=1)
    """Its name at VectorShift."""
    id: str | None = Field(default=None, min_length=1)
    """Its id at VectorShift."""
    kind: Literal["chatbot", "agent"] = "chatbot"
    """What it is; an agent must be a conversational one."""
    owner: Owner = Owner()
    """Whose it is, when it is not the account's own."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.name is None) == (self.id is None):
            raise PydanticCustomError("name_or_id", 'a chatbot is named by either name = "…" or id = "…"')
        return self
