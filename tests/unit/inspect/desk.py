"""A platform and a chatbot service whose answers to `bridge check --live` a test scripts by their tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from bridge import (
    Chatbot,
    ChatbotBusy,
    ChatbotError,
    ChatbotNotFound,
    ChatbotUnauthorized,
    ChatbotUnavailable,
    Check,
    Clock,
    PlatformContext,
    PlatformSpec,
    ProviderContext,
    ProviderSpec,
    Table,
    hookimpl,
)
from bridge.config import Config, load_config
from bridge.plugins import Plugins
from bridge.testing import (
    BareMemoryPlatform,
    MemoryWorld,
    ScriptedChatbotTable,
    ScriptedProvider,
    ScriptedService,
    echo,
)

HERE = "tests.unit.inspect.desk"
OPENED: list[Desk | Service] = []
"""Everything that was made, so that a test can see that it was closed."""


class DeskTable(Table):
    """`fault` says how looking at it goes wrong; `channels` are those that it has."""

    fault: str = ""
    channels: tuple[str, ...] = ()


class ServiceTable(Table):
    """`fault` says how the service goes wrong."""

    fault: str = ""


class Desk(BareMemoryPlatform):
    """A platform that can."""

    def __init__(self, table: DeskTable, clock: Clock) -> None:
        super().__init__(MemoryWorld())
        self._table = table
        self._clock = clock

    async def check(self, channels: Sequence[str]) -> AsyncIterator[Check]:
        """The token, then each channel."""
        yield Check(True, "token")
        if self._table.fault == "hangs":
            await self._clock.sleep(10_000)
        if self._table.fault == "breaks":
            raise LookupError("no drawer, but xoxb-1234567890-canary")
        for channel in channels:
            yield Check(channel in self._table.channels, f"channel {channel}", "open the drawer")


class Service:
    """A service that knows a chatbot of every name, but for those that are the names of errors."""

    def __init__(self) -> None:
        self.closed = False

    async def fetch(self, settings: ScriptedChatbotTable) -> Chatbot:
        """The chatbot, or the error of that name."""
        errors: dict[str, ChatbotError] = {
            "gone": ChatbotNotFound("no such chatbot"),
            "barred": ChatbotUnauthorized("the key is refused"),
            "busy": ChatbotBusy("slow down"),
            "down": ChatbotUnavailable("connection refused"),
        }
        if settings.name in errors:
            raise errors[settings.name]
        return await ScriptedProvider(ScriptedService({settings.name: echo})).fetch(settings)

    async def close(self) -> None:
        """Note it."""
        self.closed = True


def make_desk(table: DeskTable, context: PlatformContext) -> BareMemoryPlatform:
    """The factory of the platform."""
    if table.fault == "bare":
        return BareMemoryPlatform(MemoryWorld())  # it cannot check itself
    desk = Desk(table, context.clock)
    OPENED.append(desk)
    return desk


def make_service(table: ServiceTable, context: ProviderContext) -> Service:
    """The factory of the service."""
    if table.fault:
        raise ValueError(table.fault)
    service = Service()
    OPENED.append(service)
    return service


class Hooks:
    """The plugin."""

    @hookimpl
    def bridge_platforms(self) -> list[PlatformSpec]:
        return [PlatformSpec("desk", f"{HERE}:DeskTable", f"{HERE}:make_desk", "")]

    @hookimpl
    def bridge_chatbot_providers(self) -> list[ProviderSpec]:
        chatbot = "bridge.testing:ScriptedChatbotTable"
        return [ProviderSpec("service", f"{HERE}:ServiceTable", chatbot, f"{HERE}:make_service", "")]


def load(directory: Path, text: str) -> Config:
    """What the text means, with this plugin alone."""
    path = directory / "bridge.toml"
    path.write_text(text)
    plugins = Plugins(available=())
    plugins.register(Hooks(), "desk")
    return load_config(path, plugins, {})
