"""`bridge plan`, as the program runs it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bridge import SystemClock
from bridge.config import load_config
from bridge.config.summary import summarize, to_json
from bridge.plugins import Plugins
from bridge.store import open_store
from tests.unit.cli.test_check import run

CONFIG = """
[platforms.discord]
[providers.vectorshift]
[chatbots.support]
name = "Support"
[[routes]]
platform = "discord"
channels = ["#help"]
chatbot = "support"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "bridge.toml"
    path.write_text(CONFIG)
    return path


async def start(config: Path, body: str | None = None) -> None:
    """Leave what a start leaves; in the words of another version with `body`."""
    store = await open_store(
        "sqlite:///bridge.db", clock=SystemClock(), directory=config.parent, upgrade=True, exclusive=True
    )
    await store.notes.set_applied(body or to_json(summarize(load_config(config, Plugins(), secrets=False))))
    await store.close()


def test_before_the_first_start_everything_is_new(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plan", "--config", str(config)) == 0
    assert "No bridge has run" in capsys.readouterr().out
    assert not config.with_name("bridge.db").exists()


def test_mistakes_are_told_and_fail(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(CONFIG.replace('chatbot = "support"', 'chatbot = "suport"'))
    assert run("plan", "--config", str(config)) == 1
    printed = capsys.readouterr().out
    assert 'bridge.toml:9: routes[1].chatbot: there is no chatbot "suport"' in printed
    assert "nothing would change" in printed
    assert run("plan", "--json", "--config", str(config)) == 1
    (mistake,) = json.loads(capsys.readouterr().out)["mistakes"]
    assert (mistake["line"], mistake["key"]) == (9, "routes[1].chatbot")


def test_wrong_use_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plan", "--nonsense") == 2
    assert "nonsense" in capsys.readouterr().err


def test_an_edit(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(start(config))
    assert run("plan", "--config", str(config)) == 0
    assert "Nothing would change" in capsys.readouterr().out
    config.write_text(CONFIG.replace("#help", "#faq").replace("[chatbots", "[platforms.slack]\n[chatbots"))
    assert run("plan", "--config", str(config)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "+ platform slack: it connects" in lines
    assert (
        "! platform slack: scope chat:write; its app must have that, to post and edit its answers, show that it "
        in ("\n".join(lines))
    )
    assert "+ place discord: #faq: support answers there" in lines
    assert "- place discord: #help: no route names it any more, where support answered" in lines


def test_what_another_version_noted_is_no_plan(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(start(config, '{"of": "another version"}'))
    assert run("plan", "--json", "--config", str(config)) == 0
    assert json.loads(capsys.readouterr().out)["in_use_since"] is None
