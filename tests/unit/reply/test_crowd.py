"""Between 20 and 500 replies in one workspace: middles thin out, status lines stand in for them, ends stay prompt."""

from __future__ import annotations

import pytest

from bridge.platform import Budget, Operation
from bridge.reply.activity import PATIENCE, status
from bridge.reply.document import Document
from bridge_slack.limits import CAPABILITIES
from tests.unit.reply.crowd import Crowd

REFILL = 1 / CAPABILITIES.budgets["chat.update"].rate


@pytest.mark.parametrize("count", [20, 100, 500])
async def test_ends_stay_prompt_and_status_lines_stand_in_for_middles(count: int) -> None:
    """Ends come at 92 % of the rate at which they can be shown."""
    crowd = Crowd([60 + number * 1.3 for number in range(count)])
    await crowd.run()
    assert all(crowd.world.shown(reply.thread) == (reply.text,) for reply in crowd.replies)
    assert max(reply.done_at - reply.ended_at for reply in crowd.replies) <= REFILL + 0.3
    assert crowd.refused == 0
    lines = {call.thread for call in crowd.world.calls if "is writing" in call.text}
    assert len(lines) >= 0.9 * count
    assert not any(crowd.world.activity.values()), "nothing is left of them"


async def test_the_more_replies_the_fewer_middles_each() -> None:
    each = []
    for count in (1, 5, 20, 50):
        crowd = Crowd([60.0] * count)
        await crowd.run()
        each.append(crowd.calls[Operation.EDIT] / count)
        assert crowd.refused == 0
    assert each == sorted(each, reverse=True)
    assert each[-1] >= 1


async def test_ends_are_appended_where_no_stop_is_free() -> None:
    scarce = {"chat.startStream": Budget(20, 1), "chat.stopStream": Budget(2, 0.1), "chat.appendStream": Budget(20, 2)}
    crowd = Crowd([30.0] * 10, native=scarce)
    await crowd.run()
    assert crowd.refused == 0
    assert all(crowd.world.shown(reply.thread) == (reply.text,) for reply in crowd.replies)
    assert crowd.calls[Operation.STREAM_START] == crowd.calls[Operation.STREAM_STOP] == 10
    assert max(crowd.complete_at(reply) - reply.ended_at for reply in crowd.replies) <= 1.0
    assert max(reply.done_at - reply.ended_at for reply in crowd.replies) > 30.0
    assert not any(message.growing for message in crowd.world.messages())


async def test_a_text_that_is_whole_before_it_is_begun_takes_the_call_that_is_free() -> None:
    """Six replies end in the first moment, two posts and two starts are there, and then a start comes sooner."""
    few = {
        "chat.postMessage/workspace": Budget(2, 0.01),
        "chat.startStream": Budget(2, 1),
        "chat.stopStream": Budget(10, 1),
    }
    crowd = Crowd([0.0] * 6, native=few)
    await crowd.run()
    assert crowd.refused == 0
    assert all(crowd.world.shown(reply.thread) == (reply.text,) for reply in crowd.replies)
    assert (crowd.calls[Operation.POST], crowd.calls[Operation.STREAM_START]) == (2, 4)
    assert max(crowd.complete_at(reply) for reply in crowd.replies) <= 3.0


def test_what_a_status_line_says() -> None:
    document = Document()
    assert status(document, None) == "is thinking…"
    document.activity = "is using search"
    assert status(document, None) == status(document, 0.0) == "is using search"
    document.activity = ""
    assert status(document, PATIENCE / 2) == ""
    assert status(document, PATIENCE * 2) == "is writing… 0 words so far"
