"""bridge.config: what a right file means."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bridge.config import InvalidConfig
from bridge.route import ReplyIn, Trigger, WhenBusy
from tests.unit.config.paper import BrainTable, Owner, PaperTable, ThoughtTable, load

WHOLE = """\
[bridge]
database = "sqlite:///data/b.db"
grace = "1m30s"
patience = "10s"
unrouted = "silent"

[platforms.paper]
[platforms.second]
type = "paper"
token = { file = "token.txt" }
pages = 3

[providers.brain]
linger = "0s"

[chatbots.clever]
name = "Clever"
[chatbots.kind]
provider = "brain"
name = "Kind"
kind = "agent"
owner = { username = "ann" }

[[routes]]
platform = "paper"
workspaces = ["T1"]
channels = ["#help", "C1"]
direct_messages = true
users = ["U1", "U2"]
not_users = ["U2"]
chatbot = "kind"
trigger = "all"
reply_in = "channel"
when_busy = "queue"
show_author = true
reset_after = "12h"

[[routes]]
chatbot = "clever"
"""


def test_a_whole_file(tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text("secret\n")
    config = load(tmp_path, WHOLE)
    assert config.path == tmp_path / "bridge.toml"
    assert config.settings.database_url == f"sqlite:///{tmp_path}/data/b.db"
    assert (config.settings.grace, config.settings.patience) == (timedelta(seconds=90), timedelta(seconds=10))
    assert config.settings.unrouted == "silent"
    paper, second = config.platforms.values()
    assert isinstance(paper.table, PaperTable)
    assert isinstance(second.table, PaperTable)
    assert (paper.name, paper.type, paper.table.token.reveal(), paper.table.pages) == ("paper", "paper", "ink", 1)
    assert (second.name, second.type, second.table.token.reveal(), second.table.pages) == (
        "second",
        "paper",
        "secret",
        3,
    )
    assert config.secret_files == (tmp_path / "token.txt",)
    (brain,) = config.providers.values()
    assert isinstance(brain.table, BrainTable)
    assert (brain.table.api_key.reveal(), brain.table.linger) == ("grey", timedelta())
    clever, kind = config.chatbots.values()
    assert (clever.provider, clever.table) == ("brain", ThoughtTable(name="Clever"))
    assert (kind.provider, kind.table) == (
        "brain",
        ThoughtTable(name="Kind", kind="agent", owner=Owner(username="ann")),
    )
    first, rest = config.routes
    assert (first.number, first.line, first.label) == (1, 24, "route 1 (bridge.toml:24)")
    assert (first.platform, first.workspaces, first.channels) == ("paper", ("T1",), ("#help", "C1"))
    assert (first.direct_messages, first.users, first.not_users) == (True, ("U1", "U2"), ("U2",))
    assert (first.chatbot, first.trigger, first.reply_in) == ("kind", Trigger.ALL, ReplyIn.CHANNEL)
    assert (first.when_busy, first.show_author, first.reset_after) == (WhenBusy.QUEUE, True, timedelta(hours=12))
    assert (rest.number, rest.line, rest.trigger, rest.reply_in) == (2, 38, Trigger.MENTION, None)
    assert (rest.channels, rest.direct_messages, rest.takes_channels, rest.takes_direct_messages) == (
        (),
        False,
        True,
        True,
    )


def test_an_empty_file_is_right(tmp_path: Path) -> None:
    config = load(tmp_path, "")
    assert config.settings.database_url == f"sqlite:///{tmp_path}/bridge.db"
    assert (config.platforms, config.providers, config.chatbots, config.routes) == ({}, {}, {}, ())


def test_a_mark_at_the_start_and_carriage_returns_are_no_mistake(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff[bridge]\r\ngrace = '5s'\r\n").settings.grace == timedelta(seconds=5)


def test_direct_messages_false_leaves_every_channel(tmp_path: Path) -> None:
    text = "[providers.brain]\n[chatbots.a]\nname='x'\n[[routes]]\nchatbot='a'\ndirect_messages = false"
    (route,) = load(tmp_path, text).routes
    assert (route.takes_channels, route.takes_direct_messages) == (True, False)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ('"sqlite:////var/lib/b.db"', "sqlite:////var/lib/b.db"),
        ('"sqlite:///b.db?timeout=5"', "sqlite:///{directory}/b.db?timeout=5"),
        ('{ env = "DB" }', "sqlite:///{directory}/from-env.db"),
        ('{ file = "db.txt" }', "sqlite:///{directory}/from-file.db"),
    ],
)
def test_where_the_database_is(tmp_path: Path, written: str, url: str) -> None:
    (tmp_path / "db.txt").write_text("sqlite:///from-file.db\n")
    config = load(tmp_path, f"[bridge]\ndatabase = {written}", {"DB": "sqlite:///from-env.db"})
    assert config.settings.database_url == url.format(directory=tmp_path)


def test_without_secrets_nothing_is_looked_up(tmp_path: Path) -> None:
    text = '[bridge]\ndatabase = { env = "DB" }\n[platforms.paper]\ntoken = { file = "none" }\n[providers.brain]'
    config = load(tmp_path, text, {}, secrets=False)
    (paper,) = config.platforms.values()
    assert isinstance(paper.table, PaperTable)
    assert (paper.table.token.reveal(), config.settings.database_url) == ("", "")
    with pytest.raises(InvalidConfig, match="must not stand in the file"):
        load(tmp_path, '[platforms.paper]\ntoken = "ink"', {}, secrets=False)


def test_secrets_never_show_themselves(tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text("canary")
    text = WHOLE.replace('"sqlite:///data/b.db"', '{ env = "DB" }')
    environ = {"PAPER_TOKEN": "canary-2", "BRAIN_KEY": "canary", "DB": "sqlite:///canary.db"}
    config = load(tmp_path, text, environ)
    assert "canary" not in repr(config)
    assert "canary" not in str(config.settings)
