"""Do a thousand sessions keep up on one core?

    python -m benchmarks.fanin [--sessions 1000] [--rate 20] [--seconds 10]

A server on another core sends `rate` deltas a second in each of so many sessions, each with the moment at which it was
sent. The client is the VectorShift provider with the document of each reply, under uvloop, on one core. Printed are the
lag from that moment to the flag "there is newer text", for the first and the last third of the run, the share of the
core that was used, and the memory of one session.

Exits with 1 when a delta is missing, or when the lag grows over the run: then the client falls behind.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop
from websockets.asyncio.server import ServerConnection, serve

from bridge import Delta, ProviderContext, Secret, SystemClock
from bridge.reply.document import Document
from bridge_vectorshift.chatbot import VectorShift
from bridge_vectorshift.config import VectorShiftTable

BOUND = 0.25
"""Seconds that the middle lag of the last third may have: more is a backlog, whatever the machine did meanwhile."""


async def serve_stamps(rate: float, seconds: float) -> None:
    """A service that answers every question with moments, `rate` a second."""
    began: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def stream(socket: ServerConnection, start: float) -> None:
        count = int(rate * seconds)
        for index in range(count):
            # Sessions are spread over the interval, as answers are that began at different moments.
            await asyncio.sleep(max(0.0, start + (index + hash(socket.id) % 997 / 997) / rate - time.monotonic()))
            frame = {"type": "message_delta", "session_id": "s", "message_id": "m", "index": index}
            await socket.send(json.dumps(frame | {"value": f" {time.monotonic():.6f}"}))
        content = {"type": "data_type_message", "value": "done", "status": "Complete"}
        whole = {"id": "m", "session_id": "s", "sender": {"object_id": "b"}, "content": content}
        await socket.send(json.dumps({"type": "message_notification", "message": whole}))

    async def handle(socket: ServerConnection) -> None:
        async for text in socket:
            frame = json.loads(text)
            answer = {"create_session": "session_created", "ping_session": "pong"}.get(frame["type"], frame["type"])
            await socket.send(json.dumps({"type": answer, "session_id": "s", "success": True}))
            if frame["type"] == "post_message":
                if not began.done():
                    began.set_result(time.monotonic() + 3.0)
                await stream(socket, await began)

    logging.getLogger("websockets.server").disabled = True  # clients leave without a goodbye
    async with serve(handle, "127.0.0.1", 0, compression=None, ping_interval=None, backlog=1000) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


async def read(session: Any, lags: list[tuple[float, float]]) -> int:
    """Listen to one answer as a turn does; how many deltas it had."""
    document, changed, count = Document(), asyncio.Event(), 0
    async for event in session.listen():
        if document.apply(event):
            changed.set()
            if isinstance(event, Delta):
                now = time.monotonic()
                lags.append((now, now - float(event.text)))
                count += 1
    return count


async def client(port: int, sessions: int, rate: float, seconds: float) -> int:
    """Open the sessions, ask, and say how it went."""
    table = VectorShiftTable(api_key=Secret("k"), ws_url=f"ws://127.0.0.1:{port}")
    provider = VectorShift(table, ProviderContext("vectorshift", SystemClock()))
    before = memory()
    opened = [await provider.create("chatbot", "b") for _ in range(sessions)]
    held = (memory() - before) / sessions
    await asyncio.gather(*(session.send("go") for session in opened))
    lags: list[tuple[float, float]] = []
    cpu, wall = time.process_time(), time.monotonic()
    counts = await asyncio.gather(*(read(session, lags) for session in opened))
    used, took = time.process_time() - cpu, time.monotonic() - wall
    await provider.close()
    missing = sessions * int(rate * seconds) - sum(counts)
    print(
        f"{sessions} sessions x {rate:g} deltas/s for {seconds:g} s: {sum(counts) / seconds:,.0f} deltas/s on one core"
    )
    begin = min(at for at, _ in lags)
    thirds = [[lag for at, lag in lags if part <= (at - begin) * 3 / seconds < part + 1] for part in (0, 2)]
    for name, part in zip(("first third", "last third"), thirds, strict=True):
        print(f"  lag, {name:<12}{shown(part)}")
    print(f"  core used     {used / min(took, seconds):.0%}, {used / max(1, sum(counts)) * 1e6:.1f} us per delta")
    print(f"  per session   {held / 1024:.1f} KiB, attached and idle")
    print(f"  missing       {missing}")
    return int(missing != 0 or statistics.median(thirds[1]) > BOUND)


def shown(lags: Sequence[float]) -> str:
    """The middle, and what one in a hundred exceeds."""
    return f"p50 {statistics.median(lags) * 1e3:6.1f} ms   p99 {statistics.quantiles(lags, n=100)[-1] * 1e3:6.1f} ms"


def memory() -> int:
    """Bytes that are resident now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main() -> int:
    """Start the server on the other core and run the client on this one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        uvloop.run(serve_stamps(options.rate, options.seconds))
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    own, *others = sorted(os.sched_getaffinity(0))
    command = [sys.executable, "-m", "benchmarks.fanin", "--serve"]
    command += ["--rate", str(options.rate), "--seconds", str(options.seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        os.sched_setaffinity(server.pid, {others[0] if others else own})
        os.sched_setaffinity(0, {own})
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            return uvloop.run(client(port, options.sessions, options.rate, options.seconds))
        finally:
            server.kill()


if __name__ == "__main__":
    sys.exit(main())
