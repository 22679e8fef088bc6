"""The chatbot: repeats what it hears, word by word. Its sessions live as long as the process."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence

from bridge import (
    Complete,
    Delta,
    EndReason,
    MessageRefused,
    Provider,
    ProviderContext,
    Sender,
    SessionEvent,
    SessionId,
    SessionLost,
    SessionMessage,
    TurnEnded,
)
from bridge_echo.config import EchoChatbotTable, EchoProviderTable


class EchoProvider:
    """The account; there is only one kind of chatbot, which every table makes its own."""

    def __init__(self, config: EchoProviderTable, context: ProviderContext) -> None:
        self._sessions: dict[SessionId, EchoSession] = {}

    async def fetch(self, settings: EchoChatbotTable) -> EchoChatbot:
        return EchoChatbot(settings.greeting, self._sessions)

    async def close(self) -> None:
        self._sessions.clear()


class EchoChatbot:
    """A chatbot that begins every answer with the same words."""

    id = name = "parrot"

    def __init__(self, greeting: str, sessions: dict[SessionId, EchoSession]) -> None:
        self._greeting = greeting
        self._sessions = sessions

    async def create_session(self) -> EchoSession:
        session = EchoSession(SessionId(f"echo-{len(self._sessions) + 1}"), self._greeting)
        self._sessions[session.id] = session
        return session

    async def resume_session(self, session: SessionId) -> EchoSession:
        if session not in self._sessions:
            raise SessionLost(f"no session {session} in this process")
        return self._sessions[session]


class EchoSession:
    """Counts its turns, so that one can see that it is the same session."""

    def __init__(self, session: SessionId, greeting: str) -> None:
        self.id = session
        self._greeting = greeting
        self._messages: list[SessionMessage] = []
        self._turns = 0
        self._numbers = itertools.count(1)

    async def send(self, *messages: str) -> None:
        self._turns += 1
        for text in messages:
            self._messages.append(SessionMessage(f"q{next(self._numbers)}", Sender.USER, text))
        answer = f"{self._greeting} ({self._turns}): {' / '.join(messages)}"
        self._messages.append(SessionMessage(f"a{next(self._numbers)}", Sender.CHATBOT, answer))

    async def listen(self) -> AsyncIterator[SessionEvent]:
        if self._messages:
            answer = self._messages[-1]
            for word in answer.text.split(" "):
                yield Delta(answer.id, word if word == answer.text.split(" ")[0] else f" {word}")
            yield Complete(answer.id, answer.text)
        yield TurnEnded(EndReason.ANSWERED)

    async def respond(self, approval: str, *, approve: bool, fields: Mapping[str, str] | None = None) -> None:
        raise MessageRefused("this chatbot asks for no approval")

    async def stop(self) -> None:
        """A turn is over as soon as it begins."""

    async def messages(self) -> Sequence[SessionMessage]:
        return tuple(self._messages)

    async def terminate(self) -> None:
        self._messages.clear()

    async def disconnect(self) -> None:
        """Nothing is held."""


_conforms: type[Provider] = EchoProvider
