"""One WebSocket to VectorShift, tuned for many small frames on many connections."""

from __future__ import annotations

import json
import ssl
from asyncio import sslproto
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.protocol import Event

from bridge import Secret
from bridge_vectorshift.errors import detail_of, from_status, unavailable
from bridge_vectorshift.frames import Frame

log = structlog.get_logger(__name__)

OPEN_TIMEOUT = 10.0
"""Seconds for the TCP, TLS and WebSocket handshakes together."""
LARGEST = 64 * 2**20
"""Bytes of one message; the list of a long session's messages comes in one."""
TLS_BUFFER = 16 * 2**10
"""Bytes that asyncio reads from a TLS connection at once. Its default of 256 KiB is allocated for each connection."""


class FrameConnection(ClientConnection):
    """Hands each frame to `receive` as it is read, with no task, future or queue between.

    websockets assembles messages through a queue and a future per message, for a reader that awaits them; measured,
    that is half of the time that a small frame takes.
    """

    def __init__(
        self, protocol: ClientProtocol, receive: Callable[[Frame], None], lost: Callable[[], None], **options: Any
    ) -> None:
        super().__init__(protocol, **options)
        self._receive = receive
        self._lost = lost
        self._fragments: list[bytes] = []

    def process_event(self, event: Event) -> None:
        """Called by websockets for the handshake's response and for each frame."""
        if self.response is None or not isinstance(event, WireFrame):
            super().process_event(event)
        elif event.opcode is Opcode.TEXT and event.fin:
            self._take(event.data)
        elif event.opcode in (Opcode.TEXT, Opcode.CONT, Opcode.BINARY):
            self._fragments.append(bytes(event.data))
            if event.fin:
                data, self._fragments = b"".join(self._fragments), []
                self._take(data)
        else:
            super().process_event(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio, once, also after our own `close`."""
        super().connection_lost(exc)
        self._lost()

    def abort(self) -> None:
        """Drop the connection without waiting for the other side."""
        self.transport.abort()

    def _take(self, data: bytes | bytearray | memoryview) -> None:
        try:
            frame = json.loads(str(data, "utf-8"))
        except ValueError:
            frame = None
        if isinstance(frame, dict):
            self._receive(frame)
        else:
            log.warning("vectorshift.frame_not_json", begins=repr(bytes(data[:80])))


class Dialer:
    """Opens connections to one account."""

    def __init__(self, url: str, api_key: Secret) -> None:
        self.url = url
        self._api_key = api_key
        self._tls: ssl.SSLContext | None = None

    async def dial(self, receive: Callable[[Frame], None], lost: Callable[[], None]) -> FrameConnection:
        """Connect. Raises ChatbotUnavailable, ChatbotBusy, ChatbotUnauthorized."""
        options: dict[str, Any] = {}
        if self.url.startswith("wss://"):
            if self._tls is None:  # one for all: each would load the certificate authorities again
                self._tls = ssl.create_default_context()
                sslproto.SSLProtocol.max_size = min(sslproto.SSLProtocol.max_size, TLS_BUFFER)
            options["ssl"] = self._tls
        try:
            connection = await connect(
                self.url,
                additional_headers={"Authorization": f"Bearer {self._api_key.reveal()}"},
                compression=None,  # deltas are too small to shrink, and each inflater holds 32 KiB
                ping_interval=None,  # the session's own pings show whether the service is there
                open_timeout=OPEN_TIMEOUT,
                close_timeout=1,
                max_size=LARGEST,
                create_connection=cast("type[ClientConnection]", partial(_make, receive, lost)),
                **options,
            )
        except InvalidStatus as error:
            response = error.response
            detail = _detail(response.body)
            if response.status_code == 404:
                raise unavailable(f"there is no WebSocket at {self.url}; check api_url and ws_url") from error
            what = "the WebSocket handshake"
            raise from_status(response.status_code, what, detail, response.headers.get("Retry-After")) from error
        except TimeoutError as error:
            raise unavailable(f"VectorShift did not answer at {self.url} within {OPEN_TIMEOUT:g} s") from error
        except (OSError, EOFError, InvalidHandshake, InvalidURI) as error:
            raise unavailable(f"VectorShift cannot be reached at {self.url}: {error}") from error
        return cast("FrameConnection", connection)


def _make(
    receive: Callable[[Frame], None], lost: Callable[[], None], protocol: ClientProtocol, **options: Any
) -> FrameConnection:
    return FrameConnection(protocol, receive, lost, **options)


def _detail(body: bytes | bytearray | None) -> str:
    try:
        return detail_of(json.loads(body or b""))
    except ValueError:
        return ""
