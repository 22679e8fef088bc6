"""The configured chatbots: fetched when first needed, and attached to a thread's session."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bridge import notices
from bridge.chatbot import Chatbot, Provider, Session
from bridge.clock import Clock
from bridge.errors import ChatbotBusy, ChatbotNotFound, ChatbotUnauthorized, ChatbotUnavailable, SessionLost
from bridge.store import BindingRow, Store, ThreadRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attached:
    """A session that is ready for a question. `notice` is what the thread should know first, if anything."""

    session: Session
    binding: BindingRow
    renewed: bool = False
    """True when the session was opened just now."""
    notice: str | None = None


class Chatbots:
    """All chatbots of the operator's file. `settings` maps a chatbot's name to its provider and table."""

    def __init__(self, settings: Mapping[str, tuple[Provider, Any]]) -> None:
        self._settings = settings
        self._fetched: dict[str, Chatbot] = {}

    async def get(self, name: str) -> Chatbot:
        """The chatbot of this name. Raises ChatbotError."""
        if name not in self._fetched:
            if name not in self._settings:
                raise ChatbotNotFound(
                    f"there is no chatbot {name!r}, or its provider does not work", notice=notices.MISCONFIGURED
                )
            provider, table = self._settings[name]
            self._fetched[name] = await provider.fetch(table)
        return self._fetched[name]

    async def attach(self, store: Store, thread: ThreadRow, name: str) -> Attached:
        """Resume the thread's session, or open one and bind it. Raises ChatbotError."""
        try:
            chatbot = await self.get(name)
            return await self._attach(store, thread, name, chatbot)
        except (ChatbotNotFound, ChatbotUnauthorized):
            self._fetched.pop(name, None)
            raise

    async def _attach(self, store: Store, thread: ThreadRow, name: str, chatbot: Chatbot) -> Attached:
        binding, ended, notice = thread.binding, "", None
        if binding is not None and binding.chatbot == name:
            try:
                return Attached(await chatbot.resume_session(binding.session), binding)
            except SessionLost:
                ended, notice = "the service no longer knows it", notices.FORGOTTEN
        elif binding is not None:
            ended, notice = f"the route now names chatbot {name}", notices.REASSIGNED
        session = await chatbot.create_session()
        binding = await store.bind(thread.id, name, session.id, ended=ended)
        return Attached(session, binding, renewed=True, notice=notice)


async def persist(clock: Clock, seconds: float, attempt: Callable[[], Awaitable[T]]) -> T:
    """Try again while the service is down or busy, with jittered backoff, for at most `seconds`.

    Raises the last error when the time is up, and every other error at once.
    """
    deadline = clock.monotonic() + seconds
    delay = 0.5
    while True:
        try:
            return await attempt()
        except (ChatbotUnavailable, ChatbotBusy) as error:
            wait = random.uniform(0.1, delay)  # noqa: S311 - jitter is no secret
            if isinstance(error, ChatbotBusy) and error.retry_after is not None:
                wait += error.retry_after
            if clock.monotonic() + wait > deadline:
                raise
        await clock.sleep(wait)
        delay = min(delay * 2, 10.0)
