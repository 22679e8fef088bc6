"""The socket itself: TLS, frames in pieces, and frames that are none."""

from __future__ import annotations

import asyncio
import json
import ssl
from asyncio import sslproto
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from websockets.asyncio.server import ServerConnection, serve

from bridge import ChatbotUnavailable, Secret
from bridge.testing import eventually
from bridge_vectorshift.connection import TLS_BUFFER, Dialer, FrameConnection
from bridge_vectorshift.frames import Frame

Handler = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def served(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A WebSocket server; gives its address."""
    async with serve(handler, "127.0.0.1", 0, ssl=tls) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"{'ws' if tls is None else 'wss'}://localhost:{port}"


async def dial(url: str, frames: list[Frame], lost: Callable[[], None] = lambda: None) -> FrameConnection:
    return await Dialer(url, Secret("k")).dial(frames.append, lost)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate that this process trusts."""
    authority, found = trustme.CA(), tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(found))
    monkeypatch.setenv("SSL_CERT_FILE", str(found))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


async def test_over_tls_with_small_buffers(certificate: ssl.SSLContext) -> None:
    text = "x" * (5 * TLS_BUFFER)

    async def handler(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"type": "long", "text": text}))
        await socket.wait_closed()

    frames: list[Frame] = []
    async with served(handler, certificate) as url:
        connection = await dial(url, frames)
        await eventually(lambda: frames)
        assert frames == [{"type": "long", "text": text}]
        assert sslproto.SSLProtocol.max_size <= TLS_BUFFER
        await connection.close()


async def test_a_certificate_that_is_not_trusted(certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    async def handler(socket: ServerConnection) -> None:
        await socket.wait_closed()

    async with served(handler, certificate) as url:
        with pytest.raises(ChatbotUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            await dial(url, [])


async def test_frames_in_pieces_and_frames_that_are_none() -> None:
    async def handler(socket: ServerConnection) -> None:
        await socket.send(['{"type": ', '"in pieces", "text": "gr', 'üße"}'])
        for nonsense in ("[1]", "not JSON", '"text"', b"\xff\xfe"):
            await socket.send(nonsense)
        await (await socket.ping())
        await socket.send('{"type": "after"}')

    frames: list[Frame] = []
    ended = asyncio.Event()
    async with served(handler) as url:
        await dial(url, frames, ended.set)
        async with asyncio.timeout(10):
            await ended.wait()
    assert frames == [{"type": "in pieces", "text": "grüße"}, {"type": "after"}]


async def test_no_compression_is_offered() -> None:
    offered: list[Any] = []

    async def handler(socket: ServerConnection) -> None:
        assert socket.request is not None
        offered.append(socket.request.headers.get("Sec-WebSocket-Extensions"))
        offered.append(socket.request.headers["Authorization"])

    async with served(handler) as url:
        await dial(url, [])
        await eventually(lambda: len(offered) == 2)
    assert offered == [None, "Bearer k"]


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "ws://name.invalid"])
async def test_nobody_there(url: str) -> None:
    with pytest.raises(ChatbotUnavailable, match="cannot be reached"):
        await dial(url, [])
