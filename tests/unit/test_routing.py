"""bridge.routing: which route takes a message, and what the operator is told about it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.model import (
    Author,
    ChannelId,
    EventId,
    InstanceName,
    Message,
    MessageId,
    Named,
    Surface,
    ThreadId,
    ThreadRef,
    UserId,
    WorkspaceId,
)
from bridge.route import ReplyIn, Route, Trigger
from bridge.routing import Action, decide


def route(number: int = 1, **keys: Any) -> Route:
    return Route(number=number, line=number * 10, label=f"route {number} (bridge.toml:{number * 10})", **keys)


def message(**keys: Any) -> Message:
    instance = InstanceName(keys.pop("instance", "slack"))
    channel = keys.pop("channel", Named("C1", "help"))
    workspace = keys.pop("workspace", Named("T1", "Acme"))

    def thread(name: str, surface: Surface) -> ThreadRef:
        return ThreadRef(instance, WorkspaceId(workspace.id), ChannelId(channel.id), ThreadId(name), surface)

    made = Message(
        event_id=EventId("e1"),
        id=MessageId("m1"),
        thread=thread("own", Surface.THREAD),
        in_thread=thread("in thread", Surface.THREAD),
        in_channel=thread("in channel", Surface.CHANNEL),
        workspace=workspace,
        channel=channel,
        author=Author(UserId("U1"), "Ann"),
        text="How do I reset my password?",
        sent_at=datetime(2026, 1, 1, tzinfo=UTC),
        mentions_bot=True,
        starts=True,
    )
    return replace(made, **keys)


HELP = route(1, chatbot="helper", platform="slack", channels=("#help",))
REST = route(2, chatbot="other")


def test_the_first_route_that_fits_decides() -> None:
    assert decide(message(), [HELP, REST], conversation=False).route is HELP
    assert decide(message(channel=Named("C2", "random")), [HELP, REST], conversation=False).route is REST


@pytest.mark.parametrize(
    ("pattern", "channel", "fits"),
    [
        ("#help", Named("C1", "help"), True),
        ("#Help", Named("C1", "hELP"), True),
        ("#team-*", Named("C1", "team-red"), True),
        ("#team-?", Named("C1", "team-red"), False),
        ("C1", Named("C1", "help"), True),
        ("c1", Named("C1", "help"), False),
        ("C*", Named("C1", None), True),
        ("help", Named("C1", "help"), False),
        ("#C1", Named("C1", "help"), False),
        ("#help", Named("C1", None), False),
        ("*", Named("C1", None), True),
    ],
)
def test_a_channel_is_named_by_id_or_by_hash_and_name(pattern: str, channel: Named, fits: bool) -> None:
    decision = decide(message(channel=channel), [route(chatbot="bot", channels=(pattern,))], conversation=False)
    assert (decision.action is Action.ACCEPT) is fits


@pytest.mark.parametrize(
    ("keys", "channels", "direct_messages"),
    [
        ({}, True, True),
        ({"channels": ("*",)}, True, False),
        ({"direct_messages": True}, False, True),
        ({"direct_messages": True, "channels": ("#help",)}, True, True),
        ({"workspaces": ("Acme",)}, True, False),
        ({"workspaces": ("T1",), "direct_messages": True}, False, True),
        ({"users": ("U1",)}, True, True),
        ({"platform": "slack"}, True, True),
    ],
)
def test_which_places_a_route_takes(keys: dict[str, Any], channels: bool, direct_messages: bool) -> None:
    routes = [route(chatbot="bot", **keys)]
    assert (decide(message(), routes, conversation=False).route is not None) is channels
    assert (decide(message(direct=True), routes, conversation=False).route is not None) is direct_messages


def test_a_direct_message_needs_no_mention() -> None:
    decision = decide(message(direct=True, mentions_bot=False), [REST], conversation=False)
    assert (decision.action, decision.reason) == (
        Action.ACCEPT,
        "route 2 (bridge.toml:20) takes it: it is a direct message",
    )


def test_a_message_without_a_mention_is_left_alone() -> None:
    decision = decide(message(mentions_bot=False), [HELP, REST], conversation=False)
    assert decision.action is Action.IGNORE
    assert decision.route is HELP
    assert "route 1 (bridge.toml:10)" in decision.reason
    assert "does not mention the bot" in decision.reason


def test_a_conversation_goes_on_without_a_mention_while_its_place_and_author_fit() -> None:
    follow_up = message(mentions_bot=False, starts=False, in_thread=None, in_channel=None)
    assert decide(follow_up, [HELP], conversation=True).action is Action.ACCEPT
    assert decide(replace(follow_up, withheld=True, text=""), [HELP], conversation=True).action is Action.ACCEPT
    for closed in (replace(HELP, channels=("#random",)), replace(HELP, not_users=("U1",))):
        decision = decide(follow_up, [closed], conversation=True)
        assert (decision.action, decision.route) == (Action.IGNORE, None)


def test_trigger_all_takes_every_message_whose_text_is_there() -> None:
    everything = replace(HELP, trigger=Trigger.ALL)
    assert decide(message(mentions_bot=False), [everything], conversation=False).action is Action.ACCEPT
    hidden = decide(message(mentions_bot=False, withheld=True, text=""), [everything], conversation=False)
    assert hidden.action is Action.IGNORE
    assert "withheld" in hidden.reason


@pytest.mark.parametrize(
    ("reply_in", "thread"), [(None, "own"), (ReplyIn.THREAD, "in thread"), (ReplyIn.CHANNEL, "in channel")]
)
def test_reply_in_says_where_a_top_level_message_begins_a_conversation(reply_in: ReplyIn | None, thread: str) -> None:
    placed = replace(HELP, reply_in=reply_in)
    assert decide(message(), [placed], conversation=False).thread.id == thread
    inside = message(in_thread=None, in_channel=None, starts=False)
    assert decide(inside, [placed], conversation=False).thread.id == "own"


@pytest.mark.parametrize(
    ("keys", "sent", "reason"),
    [
        ({"platform": "discord"}, {}, "it is for platform discord, not slack"),
        ({"workspaces": ("T2",)}, {}, "its workspaces do not include Acme (T1)"),
        (
            {"workspaces": ("T2",)},
            {"workspace": Named("")},
            "its workspaces do not include a message without a workspace",
        ),
        ({"channels": ("#random",)}, {}, "its channels do not include #help (C1)"),
        ({"direct_messages": True}, {}, "it is for direct messages only"),
        ({"channels": ("#help",)}, {"direct": True}, "it does not take direct messages"),
        ({"users": ("U2",)}, {}, "its users do not include U1"),
        ({"not_users": ("U1",)}, {}, "its not_users include U1"),
    ],
)
def test_an_unrouted_message_says_which_rule_stood_in_the_way(
    keys: dict[str, Any], sent: dict[str, Any], reason: str
) -> None:
    decision = decide(message(**sent), [route(3, chatbot="bot", **keys)], conversation=False)
    assert decision.action is Action.UNROUTED
    assert decision.reason == f"no route applies; the nearest is route 3 (bridge.toml:30), but {reason}"


def test_the_reason_is_that_of_the_route_that_came_nearest() -> None:
    far, near = route(1, chatbot="bot", platform="discord"), route(2, chatbot="bot", users=("U2",))
    assert "route 2" in decide(message(), [far, near], conversation=False).reason
    assert decide(message(), [], conversation=False).reason == "no route applies: there are no routes"


def test_what_does_not_address_the_bot_is_ignored_without_a_route() -> None:
    assert decide(message(mentions_bot=False), [], conversation=False).action is Action.IGNORE


def test_no_reason_holds_the_text() -> None:
    for routes in ([], [HELP], [replace(HELP, users=("U2",))]):
        for mentions in (True, False):
            assert "password" not in decide(message(mentions_bot=mentions), routes, conversation=False).reason


def test_routing_is_light() -> None:
    code = "import sys, bridge.routing; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
