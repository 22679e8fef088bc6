"""`bridge plan`: what would the operator's file, as it stands, change?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bridge.cli.database import CONFIG, AsJson, ConfigPath

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.config import Config, Mistake
    from bridge.inspect.plan import Plan, Planned
    from bridge.store import Store


def plan(config: ConfigPath = CONFIG, as_json: AsJson = False) -> None:
    """Say what an edit of bridge.toml would change.

    It is compared with what the running bridge uses, or the last one used. Nothing is changed, and nobody is asked.
    Exits 1 when the file has mistakes: then it would be refused.
    """
    import json

    from bridge.config import InvalidConfig, load_config
    from bridge.inspect.plan import Plan
    from bridge.inspect.plan import as_json as facts
    from bridge.plugins import Plugins

    mistakes: tuple[Mistake, ...] = ()
    found = Plan(None, ())
    try:
        # Whoever plans an edit need not have the tokens at hand.
        found = _plan(load_config(config, Plugins(), secrets=False), config)
    except InvalidConfig as error:
        mistakes = tuple(error.mistakes)
    if as_json:
        typer.echo(json.dumps(facts(found, mistakes), indent=2, ensure_ascii=False))
    else:
        _show(found, mistakes)
    if mistakes:
        raise typer.Exit(1)


def _plan(wanted: Config, config: Path) -> Plan:
    from bridge.cli.database import location, with_store
    from bridge.config.summary import from_json, summarize
    from bridge.inspect.plan import Plan
    from bridge.inspect.plan import plan as compare
    from bridge.store import database_status

    if database_status(*location(config)).revision is None:
        return Plan(None, ())

    async def look(store: Store) -> Plan:
        applied = await store.notes.applied()
        before = None if applied is None else from_json(applied[1])
        if applied is None or before is None:
            return Plan(None, ())
        return compare(before, summarize(wanted), applied[0], await store.overview.bound_threads())

    return with_store(config, look)


def _show(found: Plan, mistakes: tuple[Mistake, ...]) -> None:
    for mistake in mistakes:
        typer.echo(f"x {mistake}")
    if mistakes:
        typer.echo("It would be refused: nothing would change.")
    elif found.since is None:
        typer.echo("No bridge has run with this database yet: everything in the file is new.")
    elif not found.changes:
        typer.echo(f"Nothing would change: the file is in use since {found.since:%Y-%m-%d %H:%M} UTC.")
    else:
        typer.echo(f"Compared with what is in use since {found.since:%Y-%m-%d %H:%M} UTC:")
        for change in found.changes:
            typer.echo(_line(change))


_SIGNS = {"added": "+", "gained": "+", "removed": "-", "lost": "-"}


def _line(change: Planned) -> str:
    if change.what == "need":
        return f"! platform {change.name}: {change.change}; {change.meaning}"
    threads = "" if change.threads is None else f" ({_count(change.threads)})"
    return f"{_SIGNS.get(change.change, '~')} {change.what} {change.name}: {change.meaning}{threads}"


def _count(threads: int) -> str:
    return f"{threads} thread{'' if threads == 1 else 's'}"
