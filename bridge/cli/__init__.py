"""The `bridge` program: finds a command, runs it, and ends with a clear message and exit code.

A command's module is imported only when that command runs, so that `bridge --help` costs no more than the list of
names below. Exit codes: 0 done, 1 failed, 2 wrong use (arguments, configuration, a database in use).
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from bridge.errors import BridgeError, ConfigError, StoreInUse
from bridge.plugins import Plugins, resolve

COMMANDS = {
    "run": ("bridge.cli.run:run", "Connect the platforms to their chatbots, until stopped."),
    "check": ("bridge.cli.check:check", "Check bridge.toml and say what it means."),
    "plan": ("bridge.cli.plan:plan", "Say what an edit of bridge.toml would change."),
    "explain": ("bridge.cli.explain:explain", "Say step by step what became of a message and why."),
    "chat": ("bridge.cli.chat:chat", "Talk to one of your chatbots in this terminal."),
    "sessions": ("bridge.cli.sessions:app", "List, show, reset and attach chatbot sessions."),
    "config": ("bridge.cli.config:app", "What can be written in bridge.toml."),
    "db": ("bridge.cli.db:app", "Upgrade the database, or show its state."),
    "plugins": ("bridge.cli.plugins:plugins", "List the plugins and what they provide."),
}
"""The core's own commands by name: where each is (a function, or an app for a group) and what `--help` says of it."""

WRONG_USE = (ConfigError, StoreInUse)


class CommandGroup(TyperGroup):
    """The top level. It lists stand-ins for the commands of `COMMANDS` and replaces the one that runs."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The name, the command and the rest of `args`; the command is imported if need be."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name in COMMANDS else command, rest


def load(name: str) -> Any:
    """Import one of `COMMANDS`. Raises PluginError when its module cannot be imported."""
    found = resolve(COMMANDS[name][0])
    if isinstance(found, typer.Typer):
        found.rich_markup_mode = None
        return get_group(found)
    app = typer.Typer(rich_markup_mode=None)
    app.command(name)(found)
    return get_group(app).commands[name]


def build(plugins: Plugins) -> TyperGroup:
    """The whole program: the core's commands, then those of the plugins."""
    app = typer.Typer(name="bridge", cls=CommandGroup, no_args_is_help=True, rich_markup_mode=None)
    app.callback()(_options)
    for commands in plugins.commands():
        app.add_typer(commands)
    group = get_group(app)
    stand_ins = {name: TyperCommand(name, help=text, rich_markup_mode=None) for name, (_, text) in COMMANDS.items()}
    group.commands = {**stand_ins, **{name: group.commands[name] for name in group.commands if name not in stand_ins}}
    return group


def main(arguments: Sequence[str] | None = None, plugins: Plugins | None = None) -> NoReturn:
    """Run the program with `arguments` (without its name; by default those it was started with) and exit.

    `plugins` are those that may bring commands, by default the built-in ones.
    """
    try:
        sys.exit(build(plugins or Plugins()).main(arguments, prog_name="bridge"))
    except BridgeError as error:
        _tell(f"bridge: {error}")
        sys.exit(2 if isinstance(error, WRONG_USE) else 1)
    except Exception as error:  # noqa: BLE001 - the last resort: shown in full, but never with a secret in it
        _tell("".join(traceback.format_exception(error)).rstrip())
        sys.exit(1)


def _show_version(wanted: bool) -> None:
    if wanted:
        from bridge import __version__

        typer.echo(f"bridge {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Hosted chatbots in Slack and Discord."""


def _tell(text: str) -> None:
    from bridge.log import redact

    print(redact(text), file=sys.stderr)  # noqa: T201 - the program's last words
