"""`bridge db`: the database's schema."""

from __future__ import annotations

import typer

from bridge.cli.database import CONFIG, AsJson, ConfigPath, location

app = typer.Typer(name="db", help="Upgrade the database, or show its state.", no_args_is_help=True)


@app.command()
def upgrade(config: ConfigPath = CONFIG) -> None:
    """Create the database, or bring it to the schema of this version. `bridge run` does the same when it starts.

    Exits 2 while the bridge is running with it.
    """
    import asyncio

    from bridge.clock import SystemClock
    from bridge.store import database_status, open_store

    url, directory = location(config)

    async def run() -> None:
        store = await open_store(url, clock=SystemClock(), directory=directory, upgrade=True, exclusive=True)
        await store.close()

    before = database_status(url, directory)
    asyncio.run(run())
    after = database_status(url, directory)
    if before.current:
        typer.echo(f"{after.path} is up to date (schema {after.revision})")
    else:
        typer.echo(f"{after.path} now has the schema {after.revision} (before: {before.revision or 'none'})")


@app.command()
def status(config: ConfigPath = CONFIG, as_json: AsJson = False) -> None:
    """Say where the database is, which schema it has and who uses it. Changes nothing.

    Exits 0 when this version can work with it as it is, else 1.
    """
    import json

    from bridge.store import database_status

    found = database_status(*location(config))
    if as_json:
        facts = {"path": str(found.path), "schema": found.revision, "wanted": found.wanted}
        typer.echo(json.dumps({**facts, "current": found.current, "holder": found.holder, "size": found.size}))
    else:
        advice = "up to date" if found.current else f"needs {found.wanted}: run `bridge db upgrade`"
        typer.echo(f"database  {found.path} ({found.size / 1024:,.0f} KiB)")
        typer.echo(f"schema    {found.revision or 'none'}, {advice}")
        typer.echo(f"in use    {f'by {found.holder}' if found.holder else 'by nobody'}")
    if not found.current:
        raise typer.Exit(1)
