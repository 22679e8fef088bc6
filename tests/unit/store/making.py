"""What the tests of the store are made of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.model import (
    Author,
    ChannelId,
    EventId,
    InstanceName,
    Message,
    MessageId,
    Named,
    SessionId,
    ThreadId,
    ThreadRef,
    UserId,
    WorkspaceId,
)
from bridge.store import BindingRow, Inbound, Store, TurnRow, Verdict, open_store

START = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
URL = "sqlite:///bridge.db"
SLACK = InstanceName("slack")
TEAM = WorkspaceId("T1")
HELP = ChannelId("C1")


class SetClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - START).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=max(0.0, seconds))

    def forward(self, seconds: float) -> datetime:
        self.time += timedelta(seconds=seconds)
        return self.time


Opener = Callable[..., Awaitable[Store]]


def opener(directory: Path, clock: SetClock, opened: list[Store]) -> Opener:
    async def open_it(
        url: str = URL, *, upgrade: bool = True, exclusive: bool = False, busy_timeout: float = 5.0
    ) -> Store:
        store = await open_store(
            url, clock=clock, directory=directory, upgrade=upgrade, exclusive=exclusive, busy_timeout=busy_timeout
        )
        opened.append(store)
        return store

    return open_it


def ref(thread: str = "t1", channel: str = HELP) -> ThreadRef:
    return ThreadRef(SLACK, TEAM, ChannelId(channel), ThreadId(thread))


def message(name: str, *, at: float = 0, author: str = "U1", text: str = "How?", event: str = "") -> Message:
    return Message(
        event_id=EventId(event or f"event-{name}"),
        id=MessageId(name),
        thread=ref("where it would begin"),
        workspace=Named(TEAM, "Acme"),
        channel=Named(HELP, "help"),
        author=Author(UserId(author), "Ada"),
        text=text,
        sent_at=START + timedelta(seconds=at),
    )


def inbound(
    name: str,
    thread: str = "t1",
    *,
    chatbot: str = "support",
    route: str = "routes[0]",
    channel: str = HELP,
    **more: object,
) -> Inbound:
    return Inbound(message(name, **more), ref(thread, channel), chatbot, route)  # type: ignore[arg-type]


def verdict(name: str, *, kind: str = "message", revision: str = "", event: str = "", at: datetime = START) -> Verdict:
    return Verdict(
        instance=SLACK,
        event_id=EventId(event or f"event-{name}"),
        workspace=TEAM,
        channel=HELP,
        message_id=MessageId(name),
        thread_id=None,
        kind=kind,
        reason="not addressed",
        route=None,
        at=at,
        revision=revision,
    )


async def accept_all(store: Store, inbounds: Iterable[Inbound]) -> list[int]:
    """The threads of the accepted messages, in order; all of them are asked for at once."""
    return [done.thread_id for done in await asyncio.gather(*map(store.accept, inbounds))]


async def bound(store: Store, *names: str, thread: str = "t1", session: str = "s1") -> tuple[BindingRow, list[int]]:
    """A thread with these messages waiting, tied to a session."""
    [*ids] = await accept_all(store, [inbound(name, thread) for name in names])
    binding = await store.bindings.bind(ids[0], "support", SessionId(session))
    return binding, [waiting.id for waiting in await store.waiting(ids[0])]


async def asked(store: Store, *names: str, thread: str = "t1") -> TurnRow:
    """A turn that was just begun with these messages."""
    binding, ids = await bound(store, *names, thread=thread)
    return await store.begin_turn(binding.thread_id, binding.id, ids)
