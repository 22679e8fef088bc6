"""bridge.config: every mistake of a file, where it is and what to write instead."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from bridge.config import InvalidConfig, load_config
from bridge.errors import ConfigError
from bridge.plugins import Plugins
from tests.unit.config.paper import mistakes, paper_plugins

CHATBOTS = "[providers.brain]\n[chatbots.clever]\nname = 'C'\n"  # three lines


@pytest.mark.parametrize(
    ("text", "line", "key", "problem", "remedy"),
    [
        ("[platfroms.x]", 1, "platfroms", "unknown", 'did you mean "platforms"?'),
        ("[bridge]\n\ngrase = '3s'", 3, "bridge.grase", "unknown", 'did you mean "grace"?'),
        ("[bridge]\nadmin = 'x'", 2, "bridge.admin", "no address to listen on", 'admin = "127.0.0.1:8080"'),
        ("[bridge]\nshards = 'x'", 2, "bridge.shards", "unknown", "known here are: admin, backfill, database, grace"),
        ("[platforms.paper]\ntokn = 1", 2, "platforms.paper.tokn", "unknown", 'did you mean "token"?'),
        ("[platforms]\npaper = 3", 2, "platforms.paper", "must be a table, not a number", "[platforms.paper]"),
        ("platforms = 3", 1, "platforms", "must be a table, not a number", "[platforms]"),
        ("[platforms.'a b']\ntype = 'paper'", 1, 'platforms."a b"', "letters, digits", ""),
        ("[platforms.papr]", 1, "platforms.papr", "has no type", 'did you mean "paper"?'),
        ("[platforms.x]\ntype = 'ppaer'", 2, "platforms.x.type", 'of type "ppaer"', 'did you mean "paper"?'),
        ("[platforms.x]\ntype = 'zzz'", 2, "platforms.x.type", 'of type "zzz"', "installed are: paper"),
        ("[platforms.x]\ntype = 7", 2, "platforms.x.type", "must be text", ""),
        ("[platforms.brain]", 1, "platforms.brain", "no plugin provides a platform", "installed are: paper"),
        ("[platforms.paper]\ntoken = 'ink'", 2, "platforms.paper.token", "must not stand in the file", 'env = "NAME"'),
        ("[platforms.paper]\ntoken = 3", 2, "platforms.paper.token", "a secret is written", ""),
        ("[platforms.paper]\ntoken = {env='X'}", 2, "platforms.paper.token", "variable X is not set", "set it, or"),
        ("[platforms.paper]\ntoken = {file='no'}", 2, "platforms.paper.token", "No such file", ""),
        ("[platforms.paper]\ntoken = {file='.'}", 2, "platforms.paper.token", "Is a directory", ""),
        ("[platforms.paper]\ntoken = {file='empty'}", 2, "platforms.paper.token", "is empty", ""),
        ("[platforms.paper]\ntoken = {file='bytes'}", 2, "platforms.paper.token", "it is not text", ""),
        ("[platforms.paper]\npages = '3'", 2, "platforms.paper.pages", "a whole number, not text", ""),
        ("[platforms.paper]\npages = 1.5", 2, "platforms.paper.pages", "a whole number", ""),
        ("[platforms.paper]\napi_url = true", 2, "platforms.paper.api_url", "text in quotes", ""),
        ("[bridge]\ndatabase = 'postgresql://u:pw@h/d'", 2, "bridge.database", "a password", 'env = "NAME"'),
        ("[bridge]\ndatabase = 'postgresql://h/d'", 2, "bridge.database", "SQLite file", "sqlite:///bridge.db"),
        ("[bridge]\ndatabase = 'sqlite://'", 2, "bridge.database", "SQLite file", ""),
        ("[bridge]\ndatabase = 'sqlite:///:memory:'", 2, "bridge.database", "SQLite file", ""),
        ("[bridge]\ndatabase = 3", 2, "bridge.database", "a secret is written", ""),
        ("[bridge]\ngrace = 30", 2, "bridge.grace", "a duration needs a unit", 'write "30s" for seconds'),
        ("[bridge]\ngrace = 'soon'", 2, "bridge.grace", "this is no duration", '"1h30m"'),
        ("[bridge]\ngrace = '30'", 2, "bridge.grace", "this is no duration", '"30s"'),
        ("[bridge]\nunrouted = 'sielnt'", 2, "bridge.unrouted", '"tell" or "silent"', 'did you mean "silent"?'),
        ("[bridge]\nplugins = ['x']", 2, "bridge.plugins[1]", "no plugin named 'x'", "installed are"),
        ("bridge = 1", 1, "bridge", "must be a table", ""),
        ("[providers.brane]", 1, "providers.brane", "no plugin provides a provider", 'did you mean "brain"?'),
        ("[providers.brain]\nlinger = 3", 2, "providers.brain.linger", "needs a unit", '"3s"'),
        ("[chatbots.a]\nname = 'a'", 1, "chatbots.a.provider", "there is no provider", "[providers.…]"),
        (CHATBOTS + "provider = 'brian'", 4, "chatbots.clever.provider", 'no provider "brian"', 'mean "brain"?'),
        (CHATBOTS + "provider = 4", 4, "chatbots.clever.provider", "must be text", ""),
        (CHATBOTS + "[providers.b]\ntype='brain'", 2, "chatbots.clever.provider", "several providers", "brain, b"),
        (CHATBOTS + "[chatbots.b]", 4, "chatbots.b.name", "is required", "add name = …"),
        (CHATBOTS + "owner = {}", 4, "chatbots.clever.owner.username", "is required", "add username"),
        (CHATBOTS + "owner = { user = 'x', username = 'y' }", 4, "chatbots.clever.owner.user", "unknown", "username"),
        (CHATBOTS + "kind = 'agnet'", 4, "chatbots.clever.kind", '"chatbot" or "agent"', 'did you mean "agent"?'),
        ("[routes]\nchatbot = 'x'", 1, "routes", "a list of tables", "[[routes]]"),
        ("routes = [1]", 1, "routes[1]", "must be a table", ""),
        (CHATBOTS + "[[routes]]", 4, "routes[1].chatbot", "is required", ""),
        (CHATBOTS + "[[routes]]\nchatbot = 'clevr'", 5, "routes[1].chatbot", 'no chatbot "clevr"', 'mean "clever"?'),
        (CHATBOTS + "[[routes]]\nchatbot='clever'\nplatform='slak'", 6, "routes[1].platform", 'no platform "slak"', ""),
        (CHATBOTS + "[[routes]]\nchatbot='clever'\nchanels=[]", 6, "routes[1].chanels", "unknown", 'mean "channels"?'),
        (
            CHATBOTS + "[[routes]]\nchatbot='clever'\nchannels=[]",
            6,
            "routes[1].channels",
            "not be empty",
            "leave the key",
        ),
        (CHATBOTS + "[[routes]]\nchatbot='clever'\nchannels='#a'", 6, "routes[1].channels", "a list", ""),
        (CHATBOTS + "[[routes]]\nchatbot='clever'\nchannels=[\n1]", 7, "routes[1].channels[1]", "text in quotes", ""),
        (CHATBOTS + "[[routes]]\nchatbot='clever'\nusers=['@ann']", 6, "routes[1].users", "no user id", "member ID"),
        (CHATBOTS + "[[routes]]\nchatbot='clever'\nusers=['U']\nnot_users=['U']", 4, "routes[1]", "takes away", ""),
        (
            CHATBOTS + "[[routes]]\nchatbot='clever'\ndirect_messages='yes'",
            6,
            "routes[1].direct_messages",
            "true or",
            "",
        ),
        (CHATBOTS + "[[routes]]\nchatbot='clever'\nwhen_busy='interrupt'", 6, "routes[1].when_busy", '"batch" or', ""),
        (
            CHATBOTS + "[[routes]]\nchatbot='clever'\nreset_after='0s'",
            6,
            "routes[1].reset_after",
            "more than nothing",
            "",
        ),
    ],
)
def test_a_mistake(*, tmp_path: Path, text: str, line: int, key: str, problem: str, remedy: str) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "bytes").write_bytes(b"\xff")
    (found,) = mistakes(tmp_path, text)
    assert (found.path, found.line, found.key) == (tmp_path / "bridge.toml", line, key)
    assert problem in found.problem
    assert remedy in found.remedy


@pytest.mark.parametrize("key", ["roles", "approvers"])
def test_keys_of_routes_that_do_nothing_yet_are_unknown(tmp_path: Path, key: str) -> None:
    (found,) = mistakes(tmp_path, f"{CHATBOTS}[[routes]]\nchatbot='clever'\n{key} = []")
    assert "unknown" in found.problem


def test_all_mistakes_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """\
        [bridge]
        grace = 3
        nope = 1
        [platforms.papre]
        [platforms.paper]
        token = "ink"
        [providers.brain]
        [chatbots.clever]
        name = 3
        [[routes]]
        chatbot = "dumb"
        platform = "papr"
        users = []
        trigger = "everything"
        [[routs]]
        """
    found = mistakes(tmp_path, text)
    assert [mistake.line for mistake in found] == [2, 3, 4, 6, 9, 11, 12, 13, 14, 15]
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "bridge.toml", paper_plugins(), {"BRAIN_KEY": "x"})
    assert str(caught.value) == "\n".join(map(str, found))
    assert f"{tmp_path}/bridge.toml:2: bridge.grace: a duration needs a unit\n    write" in str(caught.value)


def test_a_chatbot_with_a_mistake_is_no_unknown_chatbot(tmp_path: Path) -> None:
    text = "[providers.brain]\n[chatbots.a]\n[platforms.paper]\npages=''\n[[routes]]\nchatbot='a'\nplatform='paper'"
    assert [mistake.key for mistake in mistakes(tmp_path, text)] == ["chatbots.a.name", "platforms.paper.pages"]


def test_a_chatbot_is_looked_at_also_when_its_provider_has_a_mistake(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "[providers.brain]\nlinger = 3\n[chatbots.a]\nnam = 'x'")
    assert [mistake.key for mistake in found] == ["providers.brain.linger", "chatbots.a.name", "chatbots.a.nam"]


def test_a_missing_variable_is_named_also_when_the_key_was_left_out(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, "\n[platforms.paper]\n", {})
    assert (found.line, found.key) == (2, "platforms.paper.token")
    assert found.problem == "the environment variable PAPER_TOKEN is not set"


@pytest.mark.parametrize(
    ("text", "line", "problem", "remedy"),
    [
        ("[bridge]\ngrace = ", 2, "the value cannot be read", "in quotes"),
        ("[bridge]\ngrace = soon\n", 2, "the value cannot be read", "in quotes"),
        ("[bridge]\ngrace = 'x\n", 2, "does not end on its line", "close its quotes"),
        ("[bridge\n", 1, "expected ']'", ""),
        ("a = " + "9" * 5000, None, "too long", ""),
        ("a = " + "[" * 5000, None, "nested too deeply", ""),
        ("just words\n", 1, "expected '='", ""),
        ("[platforms.a]\n[platforms.a]\n", 2, "platforms.a stands here twice", "keep one"),
        ("[bridge]\ngrace = '1s'\ngrace = '2s'\n", 3, "grace stands here twice", "keep one"),
        ("[bridge]\ngrace = '1s'\ngrace = '2s'", 3, "grace stands here twice", "keep one"),
    ],
)
def test_what_is_no_toml(tmp_path: Path, text: str, line: int | None, problem: str, remedy: str) -> None:
    (found,) = mistakes(tmp_path, text)
    assert found.line == line
    assert problem in found.problem
    assert remedy in found.remedy


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    with pytest.raises(InvalidConfig, match=r"bridge\.toml: there is no such file\n +name another with --config"):
        load_config(path, paper_plugins())
    with pytest.raises(InvalidConfig, match="cannot be read: Is a directory"):
        load_config(tmp_path, paper_plugins())
    path.write_bytes(b"[bridge]\n\xff")
    with pytest.raises(InvalidConfig, match=r"bridge\.toml:2: this is not UTF-8 text"):
        load_config(path, paper_plugins())


def test_a_value_that_one_process_can_only_have_once(tmp_path: Path) -> None:
    environ = dict.fromkeys(("PAPER_TOKEN", "BRAIN_KEY"), "x") | {"B": "b", "C": "c"}
    same = "[platforms.paper]\napi_url='x'\n[platforms.b]\ntype='paper'\ntoken={env='B'}\napi_url='x'\n"
    assert mistakes(tmp_path, same, environ) == []
    text = same + "[platforms.c]\ntype='paper'\ntoken={env='C'}\napi_url='y'\n"
    (found,) = mistakes(tmp_path, text, environ)
    assert (found.line, found.key, found.problem) == (10, "platforms.c.api_url", "differs from platforms.paper.api_url")


def test_one_bot_cannot_be_two_platforms(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("ink")
    text = "[platforms.paper]\n[platforms.b]\ntype='paper'\ntoken={file='token'}"
    (found,) = mistakes(tmp_path, text)
    assert (found.line, found.key) == (4, "platforms.b.token")
    assert "platforms.paper.token" in found.problem
    assert "ink" not in str(found)


def test_no_mistake_shows_a_value_that_may_be_a_secret(tmp_path: Path) -> None:
    texts = (
        "[platforms.paper]\ntoken = 'canary'",
        "[platforms.paper]\ntokn = 'canary'",
        "[platforms.paper]\ntoken = ['canary']",
        "[platforms.paper]\ntoken = { value = 'canary' }",
        "[platforms.paper]\npages = 'canary'",
        "[platforms.paper]\ntoken = canary",
        "[platforms.paper]\ntoken = 'canary",
        "[bridge]\ndatabase = 'postgresql://u:canary@h/d'",
        "[bridge]\ndatabase = 'postgresql://h/d?password=canary'",
    )
    for text in texts:
        found = mistakes(tmp_path, text)
        assert found, text
        assert "canary" not in str(found), text


def test_a_plugin_is_loaded_for_the_type_that_a_table_names(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    entry = EntryPoint("paper", "tests.unit.config.paper_plugin", "bridge")
    broken = EntryPoint("torn", "tests.unit.config.no_such_module", "bridge")
    path.write_text("[platforms.paper]\ntoken = { env = 'T' }")
    assert load_config(path, Plugins([entry, broken]), {"T": "ink"}).platforms.keys() == {"paper"}
    path.write_text("[platforms.x]\ntype = 'torn'")
    with pytest.raises(InvalidConfig, match="plugin 'torn' cannot be imported: ModuleNotFoundError"):
        load_config(path, Plugins([entry, broken]))
