"""What the page's WebSocket carries: JSON items, encoded once for all browsers, and a bounded queue per browser."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

from bridge_sandbox.view import Change, Room, Shown
from bridge_sandbox.wire import Traffic

LONGEST_DATA = 20_000
"""Characters of a frame's JSON that are sent to a browser; the rest is cut, and said to be."""

LONGEST_QUEUE = 5_000
"""Items that may wait for one browser. One that is slower loses its connection, and starts afresh when it is back."""


def encode(item: object) -> str:
    """One item as JSON."""
    return json.dumps(item, default=str, ensure_ascii=False, separators=(",", ":"))


def room_item(room: Room) -> dict[str, Any]:
    """A room. `root` is the id of the message that a thread hangs from, on both platforms the end of its own id."""
    root = room.id.rpartition(":")[2] if room.parent is not None else None
    return {"id": room.id, "name": room.name, "kind": room.kind.value, "parent": room.parent, "root": root}


def message_item(message: Shown) -> dict[str, Any]:
    """A message as it is on screen."""
    return {
        "id": message.id,
        "room": message.room,
        "author": message.author,
        "bot": message.bot,
        "text": message.text,
        "at": message.at.isoformat(),
        "edits": message.edits,
        "deleted": message.deleted,
        "streaming": message.streaming,
        "attachments": list(message.attachments),
    }


def change_item(service: str, change: Change) -> dict[str, Any]:
    """A change on one platform."""
    return {
        "type": "change",
        "service": service,
        "kind": change.kind.value,
        "room_id": change.room_id,
        "message": None if change.message is None else message_item(change.message),
        "room": None if change.room is None else room_item(change.room),
        "text": change.text,
    }


def traffic_item(traffic: Traffic) -> dict[str, Any]:
    """Something that went over the wire; very long data becomes its first characters."""
    data = traffic.data
    encoded = encode(data)
    if len(encoded) > LONGEST_DATA:
        data = f"{encoded[:LONGEST_DATA]} … ({len(encoded) - LONGEST_DATA:,} more characters)"
    return {
        "type": "traffic",
        "service": traffic.service,
        "direction": traffic.direction.value,
        "kind": traffic.kind,
        "summary": traffic.summary,
        "data": data,
        "at": traffic.at.isoformat(),
    }


class Browser:
    """The items that wait for one browser."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._changed = asyncio.Event()
        self.closed = False

    def put(self, item: str) -> None:
        """Add an encoded item. Never blocks."""
        if len(self._waiting) >= LONGEST_QUEUE:
            self.close()
        if not self.closed:
            self._waiting.append(item)
            self._changed.set()

    def close(self) -> None:
        """Take no more; `batch` gives None from now on."""
        self.closed = True
        self._waiting.clear()
        self._changed.set()

    async def batch(self) -> str | None:
        """Everything that waits, as one JSON array; waits for the first item. None once closed."""
        await self._changed.wait()
        self._changed.clear()
        if self.closed:
            return None
        items = ",".join(self._waiting)
        self._waiting.clear()
        return f"[{items}]"
