"""bridge.inspect.describe: what a configuration means, in sentences."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.inspect.describe import describe_route, remarks, summarize
from bridge.route import ReplyIn, Route, Trigger, WhenBusy
from tests.unit.config.paper import load

BASE = "[platforms.paper]\n[providers.brain]\n[chatbots.a]\nname = 'A'\n"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({}, "in every channel and direct messages, bot answers everyone, in channels when mentioned."),
        (
            {"platform": "slack"},
            "in every channel and direct messages, bot answers everyone, in channels when mentioned.",
        ),
        (
            {"channels": ("#help", "#team-*", "C1")},
            "in #help, #team-* and C1, bot answers everyone when mentioned, in a thread.",
        ),
        ({"direct_messages": True}, "in direct messages, bot answers everyone."),
        (
            {"channels": ("*",), "trigger": Trigger.ALL, "reply_in": ReplyIn.CHANNEL},
            "in every channel, bot answers everyone at every message, in the channel itself.",
        ),
        (
            {"workspaces": ("Acme", "T1"), "users": ("U1", "U2")},
            "in every channel of workspace Acme or T1, bot answers only U1 and U2 when mentioned, in a thread.",
        ),
        (
            {"direct_messages": True, "reply_in": ReplyIn.THREAD, "when_busy": WhenBusy.QUEUE},
            "in direct messages, bot answers everyone, in a thread; messages that wait are answered one by one.",
        ),
        (
            {"direct_messages": True, "not_users": ("U1",), "show_author": True},
            "in direct messages, bot answers everyone but U1; the chatbot is told who asks.",
        ),
        (
            {"direct_messages": True, "reset_after": timedelta(hours=36)},
            "in direct messages, bot answers everyone; after 1d12h of silence a thread starts anew.",
        ),
    ],
)
def test_a_route_in_a_sentence(keys: dict[str, Any], sentence: str) -> None:
    where = "On slack, " if "platform" in keys else "On every platform, "
    assert describe_route(Route(number=1, line=1, label="route 1", chatbot="bot", **keys)) == where + sentence


def test_the_summary_counts_everything(tmp_path: Path) -> None:
    config = load(tmp_path, BASE + "[platforms.b]\ntype='paper'\ntoken={env='BRAIN_KEY'}\n[[routes]]\nchatbot='a'")
    assert summarize(config) == "2 platforms (paper, b), 1 provider (brain), 1 chatbot (a) and 1 route."
    assert summarize(load(tmp_path, "")) == "0 platforms, 0 providers, 0 chatbots and 0 routes."


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("", "there is no route: nobody will be answered; add a [[routes]] table"),
        ("[chatbots.b]\nname='B'\n[[routes]]\nchatbot='b'", "no route leads to chatbot a"),
        (
            "[platforms.b]\ntype='paper'\ntoken={env='BRAIN_KEY'}\n[[routes]]\nchatbot='a'\nplatform='b'",
            "no route is for platform paper: nobody there will be answered",
        ),
        (
            "[[routes]]\nchatbot='a'\nchannels=['help', 'C1']",
            'route 1 (bridge.toml:5) takes "help" for the id of a channel; if it is a name, write "#help"',
        ),
    ],
)
def test_what_is_probably_not_meant(tmp_path: Path, text: str, remark: str) -> None:
    assert remarks(load(tmp_path, BASE + text)) == [remark]


def test_nothing_to_remark(tmp_path: Path) -> None:
    assert remarks(load(tmp_path, BASE + "[[routes]]\nchatbot='a'\nchannels=['#help', 'C1', '*']")) == []
