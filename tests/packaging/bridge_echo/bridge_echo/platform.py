"""The adapter: people send one JSON object per line, and everybody sees posts and edits the same way.

    > {"id": "1", "at": 1800000000, "author": "ada", "room": "lobby", "text": "@bot Hello"}
    < {"ack": "1"}
    < {"post": "r1", "thread": "1", "text": "You said"}
    < {"edit": "r1", "thread": "1", "text": "You said (1): Hello"}
    > {"id": "2", "at": 1800000060, "author": "ada", "room": "lobby", "thread": "1", "text": "And again"}

Without a `room` it is a direct conversation. Ids and times are made by who writes. What could not be stored is answered
by `{"again": ID}` instead of `ack`: it has to be sent once more.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from bridge import (
    Author,
    Budget,
    BudgetKey,
    Capabilities,
    ChannelId,
    Deliver,
    EventId,
    InstanceFailed,
    Message,
    MessageGone,
    MessageId,
    MessageRef,
    Named,
    Operation,
    Part,
    Platform,
    PlatformContext,
    StoreError,
    Surface,
    ThreadId,
    ThreadRef,
    TooLong,
    Unit,
    UserId,
    WorkspaceId,
)
from bridge_echo.config import EchoPlatformTable

MENTION = "@bot "
CAPABILITIES = Capabilities(
    part_size=4000,
    part_unit=Unit.CODE_POINTS,
    edit_seconds=None,
    edit_gap=0.05,
    activity_seconds=None,
    budgets={"call": Budget(burst=20, rate=20)},
)


class EchoPlatform:
    """One listening port. What was shown is kept for as long as the process lives."""

    def __init__(self, config: EchoPlatformTable, context: PlatformContext) -> None:
        self._port = config.port
        self._context = context
        self._deliver: Deliver | None = None
        self._delivering: set[asyncio.Task[None]] = set()
        self._people: set[asyncio.StreamWriter] = set()
        self._shown: defaultdict[ThreadRef, dict[MessageId, str]] = defaultdict(dict)
        self._posted: dict[str, MessageRef] = {}
        self._numbers = itertools.count(1)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def run(self, deliver: Deliver) -> None:
        try:
            server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        except OSError as error:
            raise InstanceFailed(f"cannot listen on port {self._port}: {error.strerror}; choose another") from error
        self._deliver = deliver
        self._context.health("connected")
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._deliver = None
            server.close()
            if self._delivering:
                await asyncio.wait(self._delivering)

    async def close(self) -> None:
        for writer in self._people:
            writer.close()

    def size(self, part: Part) -> int:
        return Unit.CODE_POINTS.size(part.text)

    def budget_keys(self, operation: Operation, thread: ThreadRef) -> tuple[BudgetKey, ...]:
        return (BudgetKey("call", thread.channel),)

    async def post(self, thread: ThreadRef, part: Part, marker: str) -> MessageRef:
        self._refuse_too_long(part)
        if marker not in self._posted:
            self._posted[marker] = MessageRef(thread, MessageId(f"r{next(self._numbers)}"))
            self._show("post", self._posted[marker], part)
        return self._posted[marker]

    async def edit(self, ref: MessageRef, part: Part) -> None:
        self._refuse_too_long(part)
        if ref.id not in self._shown[ref.thread]:
            raise MessageGone(f"there is no message {ref.id}")
        self._show("edit", ref, part)

    def screen(self, thread: ThreadRef) -> list[str]:
        """What people see in a thread."""
        return list(self._shown[thread].values())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._people.add(writer)
        try:
            async for line in reader:
                task = asyncio.create_task(self._receive(line, writer))
                self._delivering.add(task)
                await asyncio.wait({task})
                self._delivering.discard(task)
        finally:
            self._people.discard(writer)
            writer.close()

    async def _receive(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            message = self._message(json.loads(line))
        except (ValueError, LookupError, TypeError) as error:
            self._write(writer, {"error": f"this line cannot be read: {type(error).__name__}: {error}"})
            return
        try:
            if self._deliver is None:
                raise StoreError("the bridge is stopping")
            await self._deliver(message)
        except StoreError:
            self._write(writer, {"again": message.id})
        else:
            self._write(writer, {"ack": message.id})

    def _message(self, said: dict[str, Any]) -> Message:
        author, room, text = str(said["author"]), said.get("room"), str(said["text"])
        thread = ThreadRef(
            self._context.instance,
            WorkspaceId(""),
            ChannelId(room or author),
            ThreadId(str(said.get("thread") or said["id"]) if room else author),
            Surface.THREAD if room else Surface.DIRECT,
        )
        return Message(
            event_id=EventId(str(said["id"])),
            id=MessageId(str(said["id"])),
            thread=thread,
            workspace=Named(""),
            channel=Named(thread.channel, room),
            author=Author(UserId(author), author),
            text=text.removeprefix(MENTION),
            sent_at=datetime.fromtimestamp(float(said["at"]), UTC),
            mentions_bot=text.startswith(MENTION),
            direct=not room,
            starts="thread" not in said,
        )

    def _show(self, verb: str, ref: MessageRef, part: Part) -> None:
        self._shown[ref.thread][ref.id] = part.text
        for writer in self._people:
            self._write(writer, {verb: ref.id, "thread": ref.thread.id, "text": part.text})

    def _write(self, writer: asyncio.StreamWriter, item: dict[str, Any]) -> None:
        if not writer.is_closing():
            writer.write(json.dumps(item).encode() + b"\n")

    def _refuse_too_long(self, part: Part) -> None:
        if self.size(part) > CAPABILITIES.part_size:
            raise TooLong(f"{self.size(part)} characters are more than {CAPABILITIES.part_size}")


_conforms: type[Platform] = EchoPlatform
