"""What a browser is sent, and what becomes of one that does not keep up."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bridge_sandbox.page.feed import (
    LONGEST_DATA,
    LONGEST_QUEUE,
    Browser,
    change_item,
    encode,
    room_item,
    traffic_item,
)
from bridge_sandbox.view import Change, ChangeKind, Room, RoomKind, Shown
from bridge_sandbox.wire import Direction, Traffic

MESSAGE = Shown("1.5", "C1", "Ada", False, "hello", datetime(2030, 1, 2, tzinfo=UTC), edits=2)


async def test_sends_what_waits_in_one_batch_in_order() -> None:
    browser = Browser()
    browser.put(encode({"n": 1}))
    browser.put(encode({"n": 2}))

    first = await browser.batch()
    browser.put(encode({"n": 3}))
    second = await browser.batch()

    assert (json.loads(first or ""), json.loads(second or "")) == ([{"n": 1}, {"n": 2}], [{"n": 3}])


async def test_gives_up_a_browser_that_does_not_keep_up() -> None:
    browser = Browser()

    for _ in range(LONGEST_QUEUE + 1):
        browser.put("{}")

    assert browser.closed
    assert await browser.batch() is None


async def test_takes_nothing_once_closed() -> None:
    browser = Browser()
    browser.close()
    browser.put("{}")

    assert await browser.batch() is None


def test_names_the_message_that_a_thread_hangs_from() -> None:
    assert room_item(Room("C1:1.5", "", RoomKind.THREAD, "C1"))["root"] == "1.5"  # Slack
    assert room_item(Room("77", "hello", RoomKind.THREAD, "42"))["root"] == "77"  # Discord
    assert room_item(Room("C1", "general", RoomKind.CHANNEL))["root"] is None


def test_carries_a_message_with_its_edits() -> None:
    item = change_item("slack", Change(ChangeKind.EDITED, "C1", message=MESSAGE))

    assert (item["service"], item["kind"], item["room"]) == ("slack", "edited", None)
    assert item["message"]["edits"] == 2
    assert item["message"]["at"] == "2030-01-02T00:00:00+00:00"


def test_cuts_very_long_data_and_says_so() -> None:
    traffic = Traffic("slack", Direction.FROM_BRIDGE, "chat.update", "", {"text": "x" * (LONGEST_DATA + 1000)})

    data = traffic_item(traffic)["data"]

    assert len(data) < LONGEST_DATA + 100
    assert data.endswith("more characters)")


def test_leaves_short_data_as_it_is() -> None:
    assert traffic_item(Traffic("slack", Direction.TO_BRIDGE, "hello", "", {"a": [1]}))["data"] == {"a": [1]}
