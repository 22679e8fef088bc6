"""A call of the REST API, and how the function that answers it is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bridge_sandbox.discord import refusals
from bridge_sandbox.discord.payloads import message_json
from bridge_sandbox.discord.things import Channel, Permission, Posted
from bridge_sandbox.discord.world import World


class Context(Protocol):
    """What some calls need to know about the server that answers them."""

    @property
    def gateway_url(self) -> str: ...

    @property
    def application_flags(self) -> int: ...

    @property
    def identifies_left(self) -> int: ...

    def content_visible(self) -> bool:
        """Whether the application may read the text of messages."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the ids of its path in order, its JSON body and its query."""

    world: World
    context: Context
    ids: Sequence[str]
    body: Any
    query: dict[str, str]

    def field(self, name: str) -> Any:
        """A field of the body; None when it is absent."""
        return self.body.get(name) if isinstance(self.body, dict) else None

    def channel(self, *needs: Permission) -> Channel:
        """The channel that the path names first, if the bot sees it and may do what is needed there."""
        channel = self.world.channels.get(self.ids[0])
        if channel is None:
            raise refusals.unknown_channel()
        if not self.world.may(Permission.VIEW_CHANNEL, channel):
            raise refusals.missing_access()
        for need in needs:
            if not self.world.may(need, channel):
                raise refusals.missing_permission()
        return channel

    def message(self, channel: Channel) -> Posted:
        """The message that the path names second."""
        message = channel.message(self.ids[1])
        if message is None:
            raise refusals.unknown_message()
        return message

    def shown(self, message: Posted) -> dict[str, Any]:
        """A message as this application may read it back."""
        return message_json(self.world, message, content=self.context.content_visible(), fetched=True)


Answer = tuple[int, Any]
Function = Callable[[Call], Answer]


class Routes:
    """Functions by method and path."""

    def __init__(self) -> None:
        self._known: list[tuple[str, re.Pattern[str], Function]] = []

    def add(self, method: str, path: str) -> Callable[[Function], Function]:
        """Make a function the answer to a path, in which `{}` stands for an id."""

        def keep(function: Function) -> Function:
            self._known.append((method, re.compile(path.replace("{}", r"(\d+)")), function))
            return function

        return keep

    def find(self, method: str, path: str) -> tuple[Function, Sequence[str]] | None:
        """The function for a path, and the ids in it."""
        for known, pattern, function in self._known:
            match = pattern.fullmatch(path)
            if known == method and match:
                return function, match.groups()
        return None
