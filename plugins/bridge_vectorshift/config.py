"""The tables of the operator's file that belong to VectorShift."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bridge import Duration, Secret, Table, secret


def _address(*schemes: str) -> BeforeValidator:
    def check(value: Any) -> Any:
        parts = urlsplit(value) if isinstance(value, str) else None
        if parts is None or parts.scheme not in schemes or not parts.hostname:
            raise PydanticCustomError(
                "address", "this is no address", {"remedy": f"write one that begins with {schemes[0]}://"}
            )
        return str(value).rstrip("/")

    return BeforeValidator(check)


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
            raise PydanticCustomError(
                "name_or_id", "needs exactly one of name and id", {"remedy": 'write name = "…", or id = "…" instead'}
            )
        return self
