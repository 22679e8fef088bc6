"""bridge.batching: which waiting messages are one turn, and what it asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bridge.batching import ask_for, batch
from bridge.model import Attachment, InstanceName
from bridge.route import Route, Show, WhenBusy
from bridge.store import WaitingMessage
from bridge.testing.messages import at_the_top, in_channel

PLACE = in_channel(InstanceName("memory"), "help", 1)
ROUTE = Route(number=1, line=3, label="route 1 (bridge.toml:3)", chatbot="support")
ADAS = replace(ROUTE, chatbot="sales", users=("U-ada",))


def waiting(*texts: str, author: str = "bob") -> list[WaitingMessage]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        WaitingMessage(number, 1, at_the_top(PLACE, number, author, text, at), ROUTE.label, "as it was")
        for number, text in enumerate(texts, 1)
    ]


def test_what_came_together_is_one_turn_unless_the_route_says_each_is_its_own() -> None:
    two = waiting("one", "two")
    assert batch(two, [ROUTE]) == two
    assert batch(two, [replace(ROUTE, when_busy=WhenBusy.QUEUE)]) == two[:1]


def test_a_word_to_the_bridge_ends_a_turn() -> None:
    assert batch(waiting("one", "two", "new", "three"), [ROUTE]) == waiting("one", "two")


def test_what_goes_to_another_chatbot_is_another_turn() -> None:
    mixed = [*waiting("one"), *waiting("two", author="ada")]
    assert batch(mixed, [ADAS, ROUTE]) == mixed[:1]
    assert [ask_for([message], [ADAS, ROUTE]).chatbot for message in mixed] == ["support", "sales"]


def test_a_turn_asks_as_its_route_says() -> None:
    route = replace(ROUTE, show_author=True, show=(Show.THINKING,), most_parts=3)
    ask = ask_for(waiting("one"), [route])
    assert (ask.contents, ask.show, ask.most_parts) == (["bob: one"], (Show.THINKING,), 3)


def test_what_no_route_takes_any_more_goes_to_the_chatbot_that_it_was_accepted_for() -> None:
    [message] = waiting("one")
    assert ask_for([message], []).chatbot == "as it was"
    assert batch([message], []) == [message]


def test_files_are_told_of_though_they_are_not_read() -> None:
    [message] = waiting("one")
    assert ask_for([message], [ROUTE]).remark is None
    with_file = replace(message, message=replace(message.message, attachments=(Attachment("F1", "plan.pdf"),)))
    remark = ask_for([with_file], [ROUTE]).remark
    assert remark is not None
    assert "plan.pdf" in remark
