"""`bridge check` and `bridge config`, as the program runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.cli import main
from bridge.config.example import example_toml
from bridge.plugins import Plugins

VARIABLES = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DISCORD_TOKEN", "VECTORSHIFT_API_KEY")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "canary")
    path = tmp_path / "bridge.toml"
    path.write_text(example_toml(Plugins()))
    return path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)


def test_a_right_file(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--config", str(config)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        f"✓ {config}: 2 platforms (discord, slack), 1 provider (vectorshift), 1 chatbot (support) and 2 routes."
    )
    assert [line[:8] for line in lines[1:]] == ["✓ route "] * 2
    assert lines[2].endswith("On every platform, in direct messages, support answers everyone.")


def test_mistakes(config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable)
    config.write_text(config.read_text() + "chanels = []\n")
    assert run("check", "-c", str(config)) == 2
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err
    assert shown.out.count("✗") == len(VARIABLES) + 1
    assert f"{config}:{len(config.read_text().splitlines())}: routes[2].chanels: this key is unknown here" in shown.out
    assert '  did you mean "channels"?' in shown.out


def test_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("BRIDGE_CONFIG", str(tmp_path / "none.toml"))
    assert run("check") == 2
    assert capsys.readouterr().out.startswith(f"✗ {tmp_path}/none.toml: there is no such file")


def test_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "-c", str(config), "--json") == 0
    good = json.loads(capsys.readouterr().out)
    assert (good["ok"], good["mistakes"], len(good["routes"]), good["findings"]) == (True, [], 2, [])
    config.write_text("[bridge]\ngrace = 3\n")
    assert run("check", "-c", str(config), "--json") == 2
    bad = json.loads(capsys.readouterr().out)
    assert bad["mistakes"] == [
        {
            "path": str(config),
            "line": 2,
            "key": "bridge.grace",
            "problem": "a duration needs a unit",
            "remedy": 'write "3s" for seconds',
        }
    ]
    assert bad["ok"] is False


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_a_secret_file_that_everybody_can_read(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = config.with_name("token")
    secret.write_text("canary")
    config.write_text(config.read_text().replace('{ env = "DISCORD_TOKEN" }', '{ file = "token" }'))
    for mode, remarks in ((0o644, 1), (0o600, 0)):
        secret.chmod(mode)
        assert run("check", "-c", str(config)) == 0
        shown = capsys.readouterr().out
        assert shown.count(f"! the secret file {secret} can be read by everybody") == remarks
        assert "canary" not in shown


def test_a_terminal_that_knows_few_letters(tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_text("[platforms.'é']\ntype = 'slack'\n", encoding="utf-8")
    command = [sys.executable, "-m", "bridge", "check"]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii", **dict.fromkeys(VARIABLES, "x")}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (2, b"")
    assert (
        done.stdout == b'x bridge.toml:1: platforms."?": a name has letters, digits, - and _ only' + os.linesep.encode()
    )


@pytest.mark.parametrize("command", ["example", "reference", "schema"])
def test_what_can_be_written(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("config", command) == 0
    shown = capsys.readouterr().out
    assert "reset_after" in shown
    assert "SLACK_BOT_TOKEN" in shown
