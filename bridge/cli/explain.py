"""`bridge explain`: why the bot did, or did not, answer a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.database import CONFIG, AsJson, ConfigPath, with_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.inspect.explain import Line
    from bridge.model import ChannelId, InstanceName
    from bridge.store import Store, Trail


def explain(
    message: Annotated[
        str, typer.Argument(metavar="MESSAGE", help="A link to a message, its id or the end of it, or a turn's number.")
    ],
    config: ConfigPath = CONFIG,
    platform: Annotated[str | None, typer.Option(help="Only on this platform.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say step by step what became of a message and why.

    Works while it is being answered, too. Exits 1 when nothing is known of it: it never arrived, or is older than the
    retention.
    """
    import json

    from bridge.errors import StoreError
    from bridge.inspect.explain import explain as lines_of
    from bridge.inspect.explain import facts
    from bridge.model import InstanceName

    instance = None if platform is None else InstanceName(platform)
    channel, name = _read(message, config)
    trails = with_store(config, lambda store: _find(store, name, instance, channel))
    if as_json:
        typer.echo(json.dumps([facts(trail) for trail in trails], indent=2, ensure_ascii=False))
    if not trails:
        raise StoreError(f"nothing is known of {message}: it never arrived here, or is older than the retention")
    if not as_json:
        for number, trail in enumerate(trails):
            _show(lines_of(trail), first=number == 0)


def _read(text: str, config: Path) -> tuple[ChannelId | None, str]:
    """What a link names, or the text itself. Raises ConfigError when it is a link that no platform knows."""
    from bridge.config import load_config
    from bridge.errors import ConfigError
    from bridge.plugins import Plugins, resolve

    if "://" not in text:
        return None, text
    for entry in load_config(config, Plugins(), secrets=False).platforms.values():
        found: tuple[ChannelId | None, str] | None = resolve(entry.spec.link)(text) if entry.spec.link else None
        if found is not None:
            return found
    raise ConfigError(f"no configured platform knows the link {text}; give the message's id instead")


async def _find(store: Store, name: str, instance: InstanceName | None, channel: ChannelId | None) -> Sequence[Trail]:
    if name.isascii() and name.isdigit() and len(name) < 15:  # shorter than any platform's id of a message
        return await store.trails.of_turn(int(name))
    return await store.trails.of_message(name, instance, channel)


def _show(lines: Sequence[Line], *, first: bool) -> None:
    if not first:
        typer.echo()
    width = max(len(line.what) for line in lines)
    day = None
    for line in lines:
        at = None if line.at is None else line.at.astimezone()
        if at is not None and at.date() != day:
            day = at.date()
            typer.echo(f"{at:%Y-%m-%d %Z}".rstrip())
        time = "" if at is None else f"{at:%H:%M:%S}.{at.microsecond // 1000:03}"
        typer.echo(f"{time:<12}  {line.what:<{width}}  {line.text}")
