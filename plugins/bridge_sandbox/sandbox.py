"""The three fake services as one world: what the demo, `bridge sandbox` and the tests stand on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from bridge_sandbox.discord import FakeDiscord
from bridge_sandbox.settings import Address, write_settings
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.vectorshift import FakeVectorShift
from bridge_sandbox.view import People
from bridge_sandbox.wire import Wire


class Sandbox:
    """A fake Slack workspace, Discord guild and VectorShift account on one wire, up while the context is entered.

    `port` is the first of three ports that follow each other (Slack, Discord, VectorShift); 0 takes free ones.
    `word_seconds` is the time between two words of a chatbot; Slack's own times are multiplied by `scale`. Entering
    raises OSError when a port is taken.

    Besides what the fakes begin with, both platforms have the channels #slow and #broken.
    """

    def __init__(
        self, *, port: int = 0, word_seconds: float = 0.03, wire: Wire | None = None, scale: float = 1.0
    ) -> None:
        self.wire = wire or Wire()
        slack, discord, vectorshift = (port, port + 1, port + 2) if port else (0, 0, 0)
        self.slack = FakeSlack(self.wire, port=slack, scale=scale)
        self.discord = FakeDiscord(self.wire, port=discord)
        self.vectorshift = FakeVectorShift(self.wire, port=vectorshift, word_seconds=word_seconds)
        self._running = AsyncExitStack()
        everyone = self.slack.workspace.conversations[self.slack.room("general")].members
        for name in ("slow", "broken"):
            self.slack.workspace.add_channel(name, members=everyone)
            self.discord.world.add_channel(name)

    @property
    def people(self) -> Sequence[People]:
        """The people on both platforms, Slack first."""
        return (self.slack, self.discord)

    def addresses(self) -> dict[str, Address]:
        """What a client needs to reach each service, by service, with the names of the keys of bridge.toml."""
        return {
            "slack": {
                "bot_token": self.slack.bot_token,
                "app_token": self.slack.app_token,
                "api_url": self.slack.api_url,
            },
            "discord": {
                "token": self.discord.token,
                "api_url": self.discord.api_url,
                "gateway_url": self.discord.gateway_url,
            },
            "vectorshift": {
                "api_key": self.vectorshift.api_key,
                "api_url": self.vectorshift.api_url,
                "ws_url": self.vectorshift.ws_url,
            },
        }

    def write_config(self, directory: Path, name: str = "bridge.toml") -> Path:
        """Write a bridge.toml for these services, its tokens in files beside it; the path of the former.

        Raises FileExistsError when a file of that name is there that no sandbox wrote.
        """
        return write_settings(directory / name, self.addresses())

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as starting:
            await self.vectorshift.start()
            starting.push_async_callback(self.vectorshift.close)
            for platform in (self.slack, self.discord):
                await platform.start()
                starting.push_async_callback(platform.stop)
            self._running = starting.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.aclose()
