"""The hooks of bridge. A plugin is a module that implements some of them, named by an entry point.

    # pyproject.toml:  [project.entry-points.bridge]
    #                  matrix = "bridge_matrix"
    from bridge import PlatformSpec, hookimpl

    @hookimpl
    def bridge_platforms() -> list[PlatformSpec]:
        return [PlatformSpec(type="matrix", config="bridge_matrix.config:MatrixTable", ...)]

Hooks are synchronous and run at start-up only; traffic goes through the Protocols of `bridge.platform` and
`bridge.chatbot`. The module of the hooks must be light: what it names by dotted path is imported on first use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import typer

    from bridge.model import SessionId, ThreadRef

hookspec = pluggy.HookspecMarker("bridge")
hookimpl = pluggy.HookimplMarker("bridge")


@dataclass(frozen=True, slots=True)
class PlatformSpec:
    """A type of platform. The dotted paths have the form `package.module:name`."""

    type: str
    """What `type = "…"` names; the entry point is called the same."""
    config: str
    """The pydantic model of `[platforms.NAME]`, a subclass of `bridge.Table`."""
    factory: str
    """`(config, PlatformContext) -> Platform`; must not connect."""
    example: str
    """A `str`: this platform's commented part of the example TOML."""
    link: str | None = None
    """`(text) -> (ChannelId | None, MessageId) | None`: what a link to a message means, None when it is none of this
    platform's; a channel where the message's id needs one. Must be light: no SDK."""
    needs: str | None = None
    """`(config) -> Mapping[str, str]`: what the app must be allowed on the platform for this table, and what for, as
    far as that can be told without asking anybody. Must be light: no SDK."""


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """A type of chatbot service. The dotted paths have the form `package.module:name`."""

    type: str
    config: str
    """The pydantic model of `[providers.NAME]`."""
    chatbot: str
    """The pydantic model of `[chatbots.NAME]` without `provider`, which is the core's."""
    factory: str
    """`(config, ProviderContext) -> Provider`; must not connect."""
    example: str
    """A `str`: the commented `[providers.…]` and `[chatbots.…]` parts of the example TOML."""


@dataclass(frozen=True, slots=True)
class FinishedTurn:
    """A turn that is over, for observers. `state` is "answered", "failed" or "cancelled"; times in seconds."""

    thread: ThreadRef
    session: SessionId | None
    chatbot: str
    state: str
    reason: str
    messages: int
    first_text_after: float | None
    duration: float


@hookspec
def bridge_platforms() -> list[PlatformSpec]:  # type: ignore[empty-body]
    """The platform types that this plugin provides. Called once, when the plugins are loaded."""


@hookspec
def bridge_chatbot_providers() -> list[ProviderSpec]:  # type: ignore[empty-body]
    """The chatbot services that this plugin provides. Called once, when the plugins are loaded."""


@hookspec
def bridge_commands() -> list[typer.Typer]:  # type: ignore[empty-body]
    """Commands for the `bridge` program.

    A named app becomes a group; the commands of an unnamed one join the top level. Called for every start of the
    program, also for `--help`: import nothing heavy before a command runs.
    """


@hookspec
def bridge_turn_finished(turn: FinishedTurn) -> None:
    """A turn is over. Called on the event loop: be quick. What it raises is logged and contained."""
