"""What an edit changes, and which of it needs a restart."""

from __future__ import annotations

from pathlib import Path

from bridge.config import Config, load_config
from bridge.config.changes import Difference, applicable, compare
from bridge.config.summary import from_json, holding, summarize, to_json
from bridge.inspect.plan import Planned, plan
from bridge.plugins import Plugins
from tests.unit.store.making import START

ENVIRON = {"DISCORD_TOKEN": "one", "OTHER": "two", "SLACK_BOT_TOKEN": "b", "SLACK_APP_TOKEN": "a", "KEY": "k"}
CONFIG = """
[bridge]
database = "sqlite:///bridge.db"
[platforms.discord]
[providers.vectorshift]
api_key = { env = "KEY" }
[chatbots.support]
name = "Support"
[[routes]]
platform = "discord"
channels = ["#help", "#faq"]
chatbot = "support"
"""
SALES = '[chatbots.sales]\nname = "Sales"\n'


def read(directory: Path, text: str) -> Config:
    return load_config(directory / "bridge.toml", Plugins(), ENVIRON, content=text.encode())


def edited(directory: Path, *replaced: tuple[str, str]) -> tuple[Config, Config]:
    text = CONFIG
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    return read(directory, CONFIG), read(directory, text)


def planned(before: Config, after: Config) -> list[tuple[str, str, str, int | None]]:
    found = plan(summarize(before), summarize(after), START, {"support": 3})
    return [(one.what, one.name, one.change, one.threads) for one in found.changes]


def test_the_same_file_changes_nothing(tmp_path: Path) -> None:
    before, after = edited(tmp_path)
    assert not compare(before, after)
    assert planned(before, after) == []


def test_tables_that_come_go_and_change(tmp_path: Path) -> None:
    before, after = edited(
        tmp_path,
        ("[platforms.discord]\n", "[platforms.slack]\n"),
        ('platform = "discord"\n', ""),
        ('name = "Support"', 'name = "Helpdesk"'),
        ("[[routes]]", SALES + "[[routes]]"),
        ("[bridge]\n", '[bridge]\ngrace = "1s"\n'),
    )
    changes = compare(before, after)
    assert changes.platforms == Difference(added=("slack",), removed=("discord",))
    assert changes.chatbots == Difference(added=("sales",), changed=("support",))
    assert (changes.settings, changes.routes) == (("grace",), True)


def test_the_database_stays_until_the_next_start(tmp_path: Path) -> None:
    before, after = edited(tmp_path, ("bridge.db", "other.db"), ("[bridge]\n", '[bridge]\ngrace = "1s"\n'))
    config, fixed = applicable(before, after)
    assert fixed == ["bridge.database"]
    assert config.settings.database == before.settings.database
    assert config.settings.grace == after.settings.grace


def test_what_an_sdk_holds_once_per_process_stays_until_the_next_start(tmp_path: Path) -> None:
    url = 'api_url = "http://localhost:1/api/v10"\n'
    second = f'[platforms.second]\ntype = "discord"\ntoken = {{ env = "OTHER" }}\n{url}'
    before, after = edited(tmp_path, ("[platforms.discord]\n", f"[platforms.discord]\n{url}{second}"))
    config, fixed = applicable(before, after)
    assert fixed == ["platforms.discord.api_url", "platforms.second.api_url"]
    assert config.platforms == before.platforms


def test_a_summary_survives_the_database_and_holds_no_secret(tmp_path: Path) -> None:
    summary = summarize(read(tmp_path, CONFIG))
    text = to_json(summary)
    assert from_json(text) == summary
    assert not any(f'"{secret}"' in text for secret in ENVIRON.values())
    assert from_json('{"of": "another version"}') is None


def test_the_plan_names_channels_chatbots_and_their_threads(tmp_path: Path) -> None:
    before, after = edited(
        tmp_path,
        ('[chatbots.support]\nname = "Support"\n', SALES),
        ('"#help", "#faq"', '"#help", "#new"'),
        ('chatbot = "support"', 'chatbot = "sales"'),
    )
    assert planned(before, after) == [
        ("chatbot", "sales", "added", None),
        ("chatbot", "support", "removed", 3),
        ("place", "discord: #help", "changed", None),
        ("place", "discord: #new", "gained", None),
        ("place", "discord: #faq", "lost", None),
    ]


def test_the_plan_names_what_a_platform_would_need(tmp_path: Path) -> None:
    slack = ("[platforms.discord]\n", "[platforms.discord]\n[platforms.slack]\n")
    agent = ("[platforms.discord]\n", "[platforms.discord]\n[platforms.slack]\nagent = true\n")
    _, before = edited(tmp_path, slack)
    _, after = edited(tmp_path, agent)
    found = plan(summarize(before), summarize(after), START, {})
    needed = Planned("need", "slack", "scope assistant:write", "its app must have that, to be declared an agent")
    assert [one.what for one in found.changes] == ["platform", "need"]
    assert found.changes[1] == needed


def test_the_plan_says_how_a_route_answers_otherwise_and_what_a_setting_needs(tmp_path: Path) -> None:
    before, after = edited(
        tmp_path, ('chatbot = "support"', 'chatbot = "support"\ntrigger = "all"'), ("bridge.db", "other.db")
    )
    found = plan(summarize(before), summarize(after), START, {})
    assert [(one.what, one.meaning) for one in found.changes] == [
        ("route", "it answers in another way: trigger"),
        ("setting", "it takes effect at the next start"),
    ]


URL = 'api_url = "http://localhost:1/api/v10"\n'


def test_the_plan_says_that_the_order_of_routes_changes(tmp_path: Path) -> None:
    first = '[[routes]]\nchannels = ["#help-*"]\nchatbot = "sales"\n'
    other = '[[routes]]\nchannels = ["#*-x"]\nchatbot = "support"\n'
    route = CONFIG[CONFIG.index("[[routes]]") :]
    _, before = edited(tmp_path, (route, SALES + first + other + route))
    _, after = edited(tmp_path, (route, SALES + other + first + route))
    assert [(what, change) for what, _, change, _ in planned(before, after)] == [("route", "moved")] * 2


def test_the_plan_says_what_an_sdk_holds_until_the_next_start(tmp_path: Path) -> None:
    before, after = edited(tmp_path, ("[platforms.discord]\n", f"[platforms.discord]\n{URL}"))
    found = plan(summarize(before), summarize(after), START, {})
    assert [one.meaning for one in found.changes] == ["it takes effect at the next start"]


def test_what_waits_for_the_next_start_is_not_noted_as_in_use(tmp_path: Path) -> None:
    before, after = edited(
        tmp_path,
        ("bridge.db", "other.db"),
        ("[bridge]\n", '[bridge]\nadmin = "127.0.0.1:1"\ngrace = "1s"\n'),
        ("[platforms.discord]\n", f"[platforms.discord]\n{URL}"),
    )
    config, fixed = applicable(before, after)
    assert sorted(fixed) == ["bridge.admin", "bridge.database", "platforms.discord.api_url"]
    noted = holding(summarize(config), summarize(before), fixed)
    assert sorted(one.name for one in plan(noted, summarize(after), START, {}).changes) == [
        "admin", "database", "discord"
    ]  # fmt: skip
    assert [one.name for one in plan(summarize(before), noted, START, {}).changes] == ["grace"]
