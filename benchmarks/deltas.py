"""What one delta costs, from the wire to the document that is shown.

    python benchmarks/deltas.py [--sessions 100] [--deltas 200] [--rate 50] [--rounds 3]

Many sessions stream at once from a server in a process of its own; only the client's CPU time is counted. Three clients
read the same frames in turns, round after round, and the median counts:

    protocol    asyncio.Protocol and json.loads, nothing else: the floor
    websockets  `async for` over websockets' own client, and json.loads
    bridge      the VectorShift provider, `listen`, Document.apply and a flag

Exits with 1 when bridge costs more than twice the floor.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from bridge import ProviderContext, Secret, SystemClock
from bridge.reply.document import Document
from bridge_vectorshift.chatbot import VectorShift
from bridge_vectorshift.config import VectorShiftTable

TARGET = 2.0
WORD = " wonderful"
CREATE = {"type": "create_session", "object_type": "chatbot", "object_id": "b1"}
POST = {"type": "post_message", "session_id": "s1", "content": "Hello"}


async def serve_deltas(deltas: int, rate: float) -> None:
    """A service that answers every question with `deltas` words, `rate` a second."""

    async def stream(socket: ServerConnection) -> None:
        message = "0123456789abcdef0123456789abcdef"
        for index in range(deltas):
            frame = {"type": "message_delta", "session_id": "s1", "message_id": message, "value": WORD, "index": index}
            await socket.send(json.dumps(frame))
            await asyncio.sleep(1 / rate)
        content = {"type": "data_type_message", "value": WORD * deltas, "status": "Complete"}
        whole = {"id": message, "session_id": "s1", "sender": {"object_id": "b1"}, "content": content}
        await socket.send(json.dumps({"type": "message_notification", "message": whole}))

    async def handle(socket: ServerConnection) -> None:
        async for text in socket:
            request = json.loads(text)["type"]
            answer = {"create_session": "session_created", "ping_session": "pong"}.get(request, request)
            await socket.send(json.dumps({"type": answer, "session_id": "s1", "success": True}))
            if request == "post_message":
                await stream(socket)

    logging.getLogger("websockets.server").disabled = True  # clients leave without a goodbye
    async with serve(handle, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


class Floor(asyncio.Protocol):
    """The least that can be done: frames cut out of the bytes, and parsed."""

    def __init__(self) -> None:
        self.done = asyncio.get_running_loop().create_future()
        self.deltas = 0
        self._buffer = b""
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def ask(self) -> None:
        """Send the question, masked with zeros."""
        payload = json.dumps(POST).encode()
        self._transport.write(bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload)

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data
        if not self._open:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            self._open = True
        while len(data) >= 4:
            size, start = data[1] & 127, 2
            if size == 126:
                size, start = int.from_bytes(data[2:4]), 4
            if len(data) < start + size:
                break
            self._take(json.loads(str(data[start : start + size], "utf-8")))
            data = data[start + size :]
        self._buffer = data

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "message_delta":
            self.deltas += 1
        elif frame["type"] == "message_notification":
            self.done.set_result(None)


async def measure(asked: list[Callable[[], Awaitable[int]]], deltas: int) -> float:
    """CPU microseconds per delta while all answers are read."""
    before = time.process_time()
    counts = await asyncio.gather(*(ask() for ask in asked))
    spent = time.process_time() - before
    assert counts == [deltas] * len(asked)
    return spent / sum(counts) * 1e6


async def with_protocol(port: int, sessions: int, deltas: int) -> float:
    """The floor."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Floor, "127.0.0.1", port) for _ in range(sessions)]

    async def read(protocol: Floor) -> int:
        protocol.ask()
        await protocol.done
        return protocol.deltas

    spent = await measure([lambda p=protocol: read(p) for _, protocol in made], deltas)  # type: ignore[misc]
    for transport, _ in made:
        transport.close()
    return spent


async def with_websockets(port: int, sessions: int, deltas: int) -> float:
    """What a simple client of the same library costs."""
    url = f"ws://127.0.0.1:{port}"
    sockets = [await connect(url, compression=None, ping_interval=None) for _ in range(sessions)]

    async def read(socket: Any) -> int:
        await socket.send(json.dumps(POST))
        count = 0
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "message_delta":
                count += 1
            elif frame["type"] == "message_notification":
                break
        return count

    spent = await measure([lambda s=socket: read(s) for socket in sockets], deltas)  # type: ignore[misc]
    for socket in sockets:
        await socket.close()
    return spent


async def with_bridge(port: int, sessions: int, deltas: int) -> float:
    """Ours: events, the document, and the flag that the writer looks at."""
    table = VectorShiftTable(api_key=Secret("k"), ws_url=f"ws://127.0.0.1:{port}")
    provider = VectorShift(table, ProviderContext("vectorshift", SystemClock()))
    opened = [await provider.create("chatbot", "b1") for _ in range(sessions)]

    async def read(session: Any) -> int:
        document, changed = Document(), asyncio.Event()
        await session.send("Hello")
        async for event in session.listen():
            if document.apply(event):
                changed.set()
        return document.text.count(WORD.strip())

    spent = await measure([lambda s=session: read(s) for session in opened], deltas)  # type: ignore[misc]
    await provider.close()
    return spent


def main() -> int:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--deltas", type=int, default=200)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve_deltas(options.deltas, options.rate))
    clients = {"protocol": with_protocol, "websockets": with_websockets, "bridge": with_bridge}
    spent: dict[str, list[float]] = {name: [] for name in clients}
    command = [sys.executable, __file__, "--serve", "--deltas", str(options.deltas), "--rate", str(options.rate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            for _ in range(options.rounds):
                for name, client in clients.items():
                    spent[name].append(asyncio.run(client(port, options.sessions, options.deltas)))
        finally:
            server.kill()
    median = {name: statistics.median(values) for name, values in spent.items()}
    print(f"{options.sessions} sessions x {options.deltas} deltas, {options.rate:g}/s each; CPU per delta")
    for name, value in median.items():
        ratios = f"{value / median['protocol']:5.2f} x protocol  {value / median['websockets']:5.2f} x websockets"
        print(f"  {name:<11}{value:7.1f} us   {ratios}   (runs: {', '.join(f'{v:.1f}' for v in spent[name])})")
    return int(median["bridge"] > TARGET * median["protocol"])


if __name__ == "__main__":
    sys.exit(main())
