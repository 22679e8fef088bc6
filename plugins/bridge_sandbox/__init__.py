"""Fake Slack, Discord and VectorShift servers that speak the real protocols, and the demo that is played on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def bridge_commands() -> list[typer.Typer]:
    """`bridge sandbox` and `bridge demo`."""
    from bridge_sandbox.commands import app

    return [app]
