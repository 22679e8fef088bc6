"""The program finds its commands, and ends with a clear message and exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from bridge import BridgeError, ChatbotUnavailable, ConfigError, StoreInUse, StoreUnusable, hookimpl
from bridge.cli import COMMANDS, build, load, main
from bridge.plugins import Plugins


def run(*arguments: str, plugin: object = None) -> int:
    """The exit code of a command, with one plugin or the built-in ones."""
    plugins = None
    if plugin is not None:
        plugins = Plugins(available=[])
        plugins.register(plugin, "plugin")
    with pytest.raises(SystemExit) as ended:
        main(arguments, plugins)
    return int(ended.value.code or 0)


class Greeter:
    """A plugin with one command at the top level, a group, and one that is named like one of the core's."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.greeted: list[str] = []

    @hookimpl
    def bridge_commands(self) -> list[typer.Typer]:
        top, group = typer.Typer(), typer.Typer(name="greetings")

        @top.command()
        def greet(name: str) -> None:
            """Say hello."""
            if self.error is not None:
                raise self.error
            self.greeted.append(name)

        @top.command()
        def plugins() -> None:
            """Never seen."""

        @group.command("list")
        def list_() -> None:
            """List all greetings."""

        return [top, group]


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    shown = capsys.readouterr().out
    assert "Hosted chatbots in Slack and Discord." in shown
    for name, (_, text) in COMMANDS.items():
        assert f"  {name}" in shown
        assert text in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_what_help_lists_is_what_the_command_says(name: str) -> None:
    command = load(name)
    assert command.get_short_help_str(limit=100) == COMMANDS[name][1]


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    captured = capsys.readouterr()
    assert "Commands:" in captured.out + captured.err


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == "bridge 0.1.0\n"


def test_a_misspelt_command_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("chekc") == 2
    assert "Did you mean 'check'?" in capsys.readouterr().err


def test_a_misspelt_option_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--liv") == 2
    assert "No such option: --liv" in capsys.readouterr().err


def test_a_missing_file_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", "--config", str(tmp_path / "none.toml")) == 2
    message = capsys.readouterr().err
    assert "none.toml" in message
    assert "Traceback" not in message


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("bridge.toml:3: what is wrong"), 2),
        (StoreInUse("bridge.db is held by process 4711"), 2),
        (StoreUnusable("the disk is full"), 1),
        (ChatbotUnavailable("no answer"), 1),
        (BridgeError("anything"), 1),
    ],
)
def test_an_error_is_one_clear_message(error: BridgeError, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("greet", "Ada", plugin=Greeter(error)) == code
    assert capsys.readouterr().err == f"bridge: {error}\n"


def test_a_defect_is_shown_in_full_but_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    defect = RuntimeError("refused: Bearer sk_live_0123456789abcdef")
    assert run("greet", "Ada", plugin=Greeter(defect)) == 1
    message = capsys.readouterr().err
    assert message.startswith("Traceback")
    assert message.endswith("RuntimeError: refused: Bearer ***\n")


def test_commands_of_plugins_run(capsys: pytest.CaptureFixture[str]) -> None:
    greeter = Greeter()
    assert run("greet", "Ada", plugin=greeter) == 0
    assert greeter.greeted == ["Ada"]
    assert run("greetings", "--help", plugin=greeter) == 0
    assert "List all greetings." in capsys.readouterr().out


def test_a_plugin_does_not_replace_a_command_of_the_core() -> None:
    plugins = Plugins(available=[])
    plugins.register(Greeter(), "greeter")
    assert build(plugins).commands["plugins"].help == COMMANDS["plugins"][1]
