"""The provider of a ScriptedService, as a plugin of type "scripted"."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from bridge.chatbot import ProviderContext, SessionEvent, SessionMessage, TurnEnded
from bridge.config.tables import Table
from bridge.errors import ChatbotError, ChatbotNotFound
from bridge.hookspecs import ProviderSpec, hookimpl
from bridge.model import SessionId
from bridge.testing.record import SessionRecord
from bridge.testing.script import ScriptedService

EXAMPLE = """\
# [providers.scripted]
# service = "scripted"    # the ScriptedService of this process to connect to
#
# [chatbots.echo]
# provider = "scripted"
# name     = "echo"
"""


class ScriptedTable(Table):
    """`[providers.NAME]` with `type = "scripted"`."""

    service: str = "scripted"
    """The name of the ScriptedService to connect to."""


class ScriptedChatbotTable(Table):
    """`[chatbots.NAME]` of a scripted provider."""

    name: str
    """The name of one of the service's scripts."""


class ScriptedProvider:
    """A Provider whose chatbots say what a ScriptedService scripts."""

    def __init__(self, service: ScriptedService) -> None:
        self._service = service
        self.closed = False

    async def fetch(self, settings: ScriptedChatbotTable) -> ScriptedChatbot:
        self._service.check("fetch")
        if settings.name not in self._service.scripts:
            raise ChatbotNotFound(f"no chatbot {settings.name!r}")
        return ScriptedChatbot(self._service, settings.name)

    async def close(self) -> None:
        self.closed = True


class ScriptedChatbot:
    """A chatbot that follows a script; its id is its name."""

    def __init__(self, service: ScriptedService, name: str) -> None:
        self._service = service
        self.id = name
        self.name = name

    async def create_session(self) -> ScriptedSession:
        self._service.check("create")
        return ScriptedSession(self._service, self._service.create(self.name))

    async def resume_session(self, session: SessionId) -> ScriptedSession:
        self._service.check("resume")
        return ScriptedSession(self._service, self._service.find(session))


class ScriptedSession:
    """An attached session; it collects what happens from the moment it is made."""

    def __init__(self, service: ScriptedService, record: SessionRecord) -> None:
        self._service = service
        self._record = record
        self._events: asyncio.Queue[SessionEvent | ChatbotError] = asyncio.Queue()
        for event in record.unfinished():
            self._collect(event)
        record.listeners.append(self._collect)
        self.id = record.id

    def _collect(self, event: SessionEvent | ChatbotError) -> None:
        self._events.put_nowait(event)

    @property
    def _idle(self) -> bool:
        return self._events.empty() and not self._record.running

    async def send(self, *messages: str) -> None:
        self._service.check("send")
        self._service.find(self.id)
        while not self._events.empty():
            self._events.get_nowait()
        self._service.ask(self._record, messages)

    async def listen(self) -> AsyncIterator[SessionEvent]:
        while True:
            event = self._record.last if self._idle else await self._events.get()
            if isinstance(event, ChatbotError):
                raise event
            yield event
            if isinstance(event, TurnEnded):
                return

    async def respond(self, approval: str, *, approve: bool, fields: Mapping[str, str] | None = None) -> None:
        self._record.responses.append(approve)
        self._record.responded.set()

    async def stop(self) -> None:
        self._service.stop(self._record)

    async def messages(self) -> Sequence[SessionMessage]:
        self._service.check("messages")
        self._service.find(self.id)
        return tuple(self._record.messages)

    async def terminate(self) -> None:
        self._service.stop(self._record)
        self._record.ended = True

    async def disconnect(self) -> None:
        if self._collect in self._record.listeners:
            self._record.listeners.remove(self._collect)


def make(config: ScriptedTable, context: ProviderContext) -> ScriptedProvider:
    """The factory of the provider type "scripted"."""
    return ScriptedProvider(ScriptedService.named(config.service))


@hookimpl
def bridge_chatbot_providers() -> list[ProviderSpec]:
    """The provider type "scripted"; register this module with `Plugins.register`."""
    return [
        ProviderSpec(
            type="scripted",
            config="bridge.testing.scripted:ScriptedTable",
            chatbot="bridge.testing.scripted:ScriptedChatbotTable",
            factory="bridge.testing.scripted:make",
            example="bridge.testing.scripted:EXAMPLE",
        )
    ]
