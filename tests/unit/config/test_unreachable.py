"""bridge.config.unreachable: a route is called unreachable only when it is, and then by the routes to blame."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.config.unreachable import covering
from bridge.model import (
    Author,
    ChannelId,
    EventId,
    InstanceName,
    Message,
    MessageId,
    Named,
    ThreadId,
    ThreadRef,
    UserId,
    WorkspaceId,
)
from bridge.route import Route
from bridge.routing import decide, mismatch
from tests.unit.config.paper import mistakes

PLATFORMS = ("slack", "discord")


def routes(*tables: dict[str, Any]) -> list[Route]:
    return [Route(number=n, line=n, label=f"route {n}", chatbot="bot", **table) for n, table in enumerate(tables, 1)]


@pytest.mark.parametrize(
    ("tables", "blamed"),
    [
        ([{}, {}], [1]),
        ([{}, {"platform": "slack", "channels": ("#a",), "users": ("U",)}], [1]),
        ([{"channels": ("*",)}, {"channels": ("#a", "C1")}], [1]),
        ([{"channels": ("#a", "#b")}, {"channels": ("#B",)}], [1]),
        ([{"channels": ("#team-*",)}, {"channels": ("#team-a*", "#team-x")}], [1]),
        ([{"channels": ("#a",)}, {"channels": ("#b",)}, {"channels": ("#a", "#b")}], [1, 2]),
        ([{"channels": ("*",)}, {"direct_messages": True}, {}], [1, 2]),
        ([{"platform": "slack"}, {"platform": "discord"}, {"channels": ("#a",)}], [1, 2]),
        ([{"workspaces": ("T*",)}, {"workspaces": ("T1",), "channels": ("#a",)}], [1]),
        ([{"users": ("U", "V")}, {"users": ("V",)}], [1]),
        ([{"not_users": ("U",)}, {"not_users": ("U", "V")}], [1]),
        ([{"not_users": ("U",)}, {"users": ("V",)}], [1]),
        ([{"users": ("U",)}, {"users": ("U", "V"), "not_users": ("V",)}], [1]),
        ([{"platform": "slack"}, {}], []),
        ([{"platform": "slack"}, {"platform": "discord"}], []),
        ([{"channels": ("*",)}, {}], []),
        ([{"channels": ("#*",)}, {"channels": ("C1",)}], []),
        ([{"channels": ("#a",)}, {"channels": ("#a", "#b")}], []),
        ([{"channels": ("#a-*-x",)}, {"channels": ("#a-*",)}], []),
        ([{"direct_messages": True}, {"channels": ("#a",)}], []),
        ([{"workspaces": ("*",)}, {}], []),
        ([{"workspaces": ("T1",)}, {"workspaces": ("T1", "T2")}], []),
        ([{"users": ("U",)}, {}], []),
        ([{"not_users": ("U",)}, {}], []),
        ([{"not_users": ("U",)}, {"users": ("U",)}], []),
    ],
)
def test_which_routes_leave_nothing_to_the_last(tables: list[dict[str, Any]], blamed: list[int]) -> None:
    *above, last = routes(*tables)
    assert [route.number for route in covering(last, above, PLATFORMS)] == blamed


NAMES = st.sampled_from(["*", "#*", "#a", "#A*", "#ab", "#a?", "a*", "aa", "#[ab]b"])
PEOPLE = st.lists(st.sampled_from(["U", "V", "W"]), unique=True, max_size=2).map(tuple)
TABLES = st.fixed_dictionaries(
    {},
    optional={
        "platform": st.sampled_from(PLATFORMS),
        "workspaces": st.lists(st.sampled_from(["T1", "T*", "*", "acme"]), max_size=2).map(tuple),
        "channels": st.lists(NAMES, max_size=2).map(tuple),
        "direct_messages": st.booleans(),
        "users": PEOPLE,
        "not_users": PEOPLE,
    },
)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    direct = draw(st.booleans())
    workspace = draw(st.sampled_from([Named("T1", "Acme"), Named("T2", None), Named("")]))
    channel = Named(draw(st.sampled_from(["aa", "ab", "c"])), draw(st.sampled_from(["a", "ab", "AB", "c", None])))
    instance = InstanceName(draw(st.sampled_from(PLATFORMS)))
    return Message(
        event_id=EventId("e"),
        id=MessageId("m"),
        thread=ThreadRef(instance, WorkspaceId(workspace.id), ChannelId(channel.id), ThreadId("t")),
        workspace=Named("T1") if not direct and not workspace.id else workspace,
        channel=channel,
        author=Author(UserId(draw(st.sampled_from(["U", "V", "W", "X"]))), "name"),
        text="",
        sent_at=datetime(2026, 1, 1, tzinfo=UTC),
        mentions_bot=True,
        direct=direct,
    )


@given(tables=st.lists(TABLES, min_size=2, max_size=4), message=messages())
def test_an_unreachable_route_never_decides(tables: list[dict[str, Any]], message: Message) -> None:
    *above, last = routes(*tables)
    blamed = covering(last, above, PLATFORMS)
    if blamed and mismatch(last, message) is None:
        assert decide(message, blamed, conversation=False).route is not None
        assert decide(message, [*above, last], conversation=False).route is not last


@given(table=TABLES, message=messages())
def test_a_route_hides_its_own_copy(table: dict[str, Any], message: Message) -> None:
    (route,) = routes(table)
    assert covering(replace(route, number=2), [route], PLATFORMS) == [route] or set(route.users) & set(route.not_users)


def test_the_file_says_which_route_is_in_the_way(tmp_path: Path) -> None:
    text = """\
[platforms.paper]
[providers.brain]
[chatbots.a]
name = "A"
[[routes]]
chatbot = "a"
channels = ["#help"]
[[routes]]
chatbot = "a"
[[routes]]
chatbot = "a"
channels = ["#other"]
"""
    (found,) = mistakes(tmp_path, text)
    assert (found.line, found.key) == (10, "routes[3]")
    assert found.problem == ("this route never applies: route 2 (bridge.toml:8) already takes everything it would")
    assert found.remedy.startswith("move it above route 2 (bridge.toml:8)")
