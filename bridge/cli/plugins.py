"""`bridge plugins`: what is installed, and what it provides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bridge.plugins import PluginInfo


def plugins(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the plugins and what they provide.

    A plugin of another distribution is only loaded when bridge.toml names it, so until then it is just "available".
    Exits 1 when a plugin of bridge itself is broken.
    """
    import dataclasses
    import json

    from bridge.plugins import Plugins, PluginState

    found = Plugins().describe()
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(plugin) for plugin in found], indent=2))
    else:
        width = max((len(plugin.name) for plugin in found), default=0)
        for plugin in found:
            typer.echo(f"{plugin.name:{width}}  {plugin.state:9}  {plugin.origin}  {_provides(plugin)}".rstrip())
    if any(plugin.state is PluginState.BROKEN for plugin in found):
        raise typer.Exit(1)


def _provides(plugin: PluginInfo) -> str:
    kinds = [("platform", plugin.platforms), ("provider", plugin.providers), ("commands", plugin.commands)]
    return plugin.problem or "; ".join(f"{kind} {', '.join(names)}" for kind, names in kinds if names)
