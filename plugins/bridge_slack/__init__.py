"""Slack for bridge. Only the hooks stand here; everything heavy is imported when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import PlatformSpec, hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def bridge_platforms() -> list[PlatformSpec]:
    """Slack workspaces, over Socket Mode."""
    return [
        PlatformSpec(
            type="slack",
            config="bridge_slack.config:SlackTable",
            factory="bridge_slack.platform:SlackPlatform",
            example="bridge_slack.example:EXAMPLE",
            link="bridge_slack.links:message_of",
            needs="bridge_slack.manifest:needs",
        )
    ]


@hookimpl
def bridge_commands() -> list[typer.Typer]:
    """`bridge slack manifest`."""
    from bridge_slack.commands import app

    return [app]
