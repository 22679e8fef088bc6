"""VectorShift as a provider: fetches chatbots and agents, opens and resumes their sessions."""

from __future__ import annotations

import asyncio

from bridge import ChatbotNotFound, Provider, ProviderContext, SessionId
from bridge_vectorshift.client import Client
from bridge_vectorshift.config import ChatbotTable, VectorShiftTable
from bridge_vectorshift.connection import Dialer
from bridge_vectorshift.conversation import Conversation
from bridge_vectorshift.errors import NOT_FOUND
from bridge_vectorshift.session import VectorShiftSession


class VectorShift:
    """One VectorShift account. See `bridge.Provider`."""

    def __init__(self, table: VectorShiftTable, context: ProviderContext) -> None:
        self._clock = context.clock
        self._linger = table.linger.total_seconds()
        self._client = Client(table, context.clock)
        self._dialer = Dialer(table.socket_url, table.api_key)
        self._attached: set[Conversation] = set()
        self._lingering: dict[SessionId, Conversation] = {}
        self._stopped: set[SessionId] = set()
        """Sessions in which the service may still be writing for a turn that was stopped."""

    async def fetch(self, settings: ChatbotTable) -> VectorShiftChatbot:
        """The chatbot or agent that a `[chatbots.NAME]` table names."""
        found = await self._client.fetch(settings)
        variant = found.get("variant") or found.get("agent_type") or found.get("agentType")
        name = str(found.get("name") or settings.name or settings.id)
        if settings.kind == "agent" and isinstance(variant, str) and variant.lower() == "functional":
            raise ChatbotNotFound(
                f"agent {name} is a functional one, which has no sessions; name a conversational agent",
                notice=NOT_FOUND,
            )
        return VectorShiftChatbot(self, settings.kind, str(found.get("_id") or found.get("id")), name)

    async def close(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(found.close() for found in [*self._attached, *self._lingering.values()]))
        self._attached.clear()
        self._lingering.clear()
        await self._client.close()

    async def create(self, kind: str, object_id: str) -> VectorShiftSession:
        """Open a session."""
        conversation = Conversation(self._dialer, self._clock, kind)
        await conversation.create(object_id)
        return self._hand_out(conversation)

    async def resume(self, kind: str, session: SessionId) -> VectorShiftSession:
        """Attach to a session, over the connection that lingers where there is one."""
        conversation = self._lingering.pop(session, None)
        if conversation is not None:
            conversation.attachment.revive()
            if conversation.attachment.alive:
                return self._hand_out(conversation)
            await conversation.close()
        conversation = Conversation(self._dialer, self._clock, kind)
        conversation.distrusted = session in self._stopped
        await conversation.attachment.resume(session)
        self._stopped.discard(session)
        return self._hand_out(conversation)

    def _hand_out(self, conversation: Conversation) -> VectorShiftSession:
        self._attached.add(conversation)
        return VectorShiftSession(conversation, self._take_back)

    async def _take_back(self, conversation: Conversation) -> None:
        self._attached.discard(conversation)
        conversation.leave()
        session = conversation.id
        if conversation.distrusted:
            self._stopped.add(session)
            await conversation.close()
        elif self._linger > 0 and conversation.attachment.alive and session not in self._lingering:
            self._lingering[session] = conversation
            conversation.attachment.linger(self._linger, lambda: self._forget(conversation))
        else:
            await conversation.close()

    def _forget(self, conversation: Conversation) -> None:
        if self._lingering.get(conversation.id) is conversation:
            del self._lingering[conversation.id]


class VectorShiftChatbot:
    """One chatbot or agent. See `bridge.Chatbot`."""

    def __init__(self, provider: VectorShift, kind: str, object_id: str, name: str) -> None:
        self._provider = provider
        self._kind = kind
        self._id = object_id
        self._name = name

    @property
    def id(self) -> str:
        """Its id at VectorShift."""
        return self._id

    @property
    def name(self) -> str:
        """Its name at VectorShift."""
        return self._name

    async def create_session(self) -> VectorShiftSession:
        """Open a new session."""
        return await self._provider.create(self._kind, self._id)

    async def resume_session(self, session: SessionId) -> VectorShiftSession:
        """Attach to a session again."""
        return await self._provider.resume(self._kind, session)


def _conforms(table: VectorShiftTable, context: ProviderContext) -> Provider:
    return VectorShift(table, context)
