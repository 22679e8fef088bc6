"""`bridge config`: what can be written in the operator's file, as an example, a schema or a reference."""

from __future__ import annotations

import json

import typer

app = typer.Typer(name="config", help="What can be written in bridge.toml.", no_args_is_help=True)


@app.command()
def example() -> None:
    """Print a bridge.toml to start from, with every installed plugin's part."""
    from bridge.config.example import example_toml
    from bridge.plugins import Plugins

    typer.echo(example_toml(Plugins()), nl=False)


@app.command()
def schema() -> None:
    """Print a JSON Schema of bridge.toml, for editors."""
    from bridge.config.schema import json_schema
    from bridge.plugins import Plugins

    typer.echo(json.dumps(json_schema(Plugins()), indent=2))


@app.command()
def reference() -> None:
    """Print the reference of every table and key, in Markdown."""
    from bridge.config.reference import reference_markdown
    from bridge.plugins import Plugins

    typer.echo(reference_markdown(Plugins()), nl=False)
