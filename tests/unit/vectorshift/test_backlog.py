"""Nothing is dropped between the socket and a slow listener."""

from __future__ import annotations

import asyncio

import pytest

from bridge import ChatbotUnavailable, Complete, Delta, EndReason, SessionEvent, TurnEnded
from bridge_vectorshift.backlog import CROWDED, Backlog
from tests.unit.vectorshift.wire import told


async def drain(backlog: Backlog) -> list[SessionEvent]:
    return [await backlog.get() for _ in range(len(backlog))]


async def test_keeps_the_order() -> None:
    backlog = Backlog()
    events: list[SessionEvent] = [Delta("m1", "a"), Complete("m1", "ab"), TurnEnded(EndReason.ANSWERED)]
    for event in events:
        backlog.put(event)
    assert await drain(backlog) == events


async def test_wakes_a_listener_that_waits() -> None:
    backlog = Backlog()
    waiting = asyncio.create_task(backlog.get())
    await asyncio.sleep(0)
    backlog.put(Delta("m1", "a"))
    assert await waiting == Delta("m1", "a")


async def test_a_listener_that_gives_up_loses_nothing() -> None:
    backlog = Backlog()
    waiting = asyncio.create_task(backlog.get())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    backlog.put(Delta("m1", "a"))
    assert await backlog.get() == Delta("m1", "a")


async def test_a_failure_comes_after_what_was_heard() -> None:
    backlog = Backlog()
    backlog.put(Delta("m1", "a"))
    backlog.fail(ChatbotUnavailable("gone"))
    assert await backlog.get() == Delta("m1", "a")
    with pytest.raises(ChatbotUnavailable, match="gone"):
        await backlog.get()


async def test_a_slow_listener_costs_text_and_not_events() -> None:
    backlog = Backlog()
    words = [f"{number} " for number in range(20 * CROWDED)]
    for number, word in enumerate(words):
        backlog.put(Delta("m1" if number < 10 * CROWDED else "m2", word))
    backlog.put(Complete("m3", "end"))
    assert len(backlog) <= CROWDED + 1
    texts = told(await drain(backlog))
    assert texts == {"m1": "".join(words[: 10 * CROWDED]), "m2": "".join(words[10 * CROWDED :]), "m3": "end"}


async def test_messages_that_alternate_are_not_joined_out_of_order() -> None:
    backlog = Backlog()
    for number in range(3 * CROWDED):
        backlog.put(Delta(f"m{number % 2}", f"{number} "))
    events = await drain(backlog)
    numbers = [int(word) for event in events if isinstance(event, Delta) for word in event.text.split()]
    assert numbers == list(range(3 * CROWDED))
