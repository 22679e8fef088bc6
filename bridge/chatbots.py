"""The configured chatbots: fetched when first needed, and attached to a thread's session."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from bridge import notices
from bridge.chatbot import Chatbot, Provider, Session
from bridge.clock import Clock
from bridge.condition import State
from bridge.errors import (
    ChatbotBusy,
    ChatbotError,
    ChatbotNotFound,
    ChatbotUnauthorized,
    ChatbotUnavailable,
    SessionLost,
)
from bridge.store import BindingRow, Store, ThreadRow

T = TypeVar("T")

LOST = "the service no longer knows it"
REASSIGNED = "the route now names chatbot"
"""Why a session ended, in the history of its thread."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A session that is ready for a question. `notice` is what the thread should know first, if anything."""

    session: Session
    binding: BindingRow
    renewed: bool = False
    """True when the session was opened just now."""
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a chatbot comes from: its provider, what the operator calls that, and the chatbot's table."""

    name: str
    provider: Provider
    table: Any


STATES = {ChatbotUnavailable: State.DOWN, ChatbotUnauthorized: State.DOWN, ChatbotBusy: State.DEGRADED}
"""What an error of a chatbot says about its provider."""


class Chatbots:
    """All chatbots of the operator's file, by their names."""

    def __init__(
        self,
        settings: Mapping[str, Source],
        tell: Callable[[Source, State, str], None],
        *,
        names: Collection[str] = (),
        earlier: Chatbots | None = None,
    ) -> None:
        """`settings` lacks those of `names` whose provider could not be made; `tell` is told how they are, and why.
        What `earlier` fetched from the same sources is not fetched again."""
        self._settings = settings
        self._tell = tell
        self._names = names
        known = earlier._fetched if earlier is not None else {}
        self._fetched: dict[str, Chatbot] = {
            name: chatbot
            for name, chatbot in known.items()
            if earlier is not None and settings.get(name) == earlier._settings.get(name)
        }

    @property
    def providers(self) -> Sequence[Provider]:
        """The providers of all chatbots."""
        return [source.provider for source in self._settings.values()]

    async def get(self, name: str) -> Chatbot:
        """The chatbot of this name. Raises ChatbotError."""
        if name not in self._fetched:
            if name not in self._settings and name not in self._names:
                raise ChatbotNotFound(f"there is no chatbot {name!r} in the configuration", notice=notices.REMOVED)
            if name not in self._settings:
                raise ChatbotNotFound(f"the provider of chatbot {name!r} does not work", notice=notices.MISCONFIGURED)
            source = self._settings[name]
            self._fetched[name] = await source.provider.fetch(source.table)
        return self._fetched[name]

    async def attach(self, store: Store, thread: ThreadRow, name: str) -> Attached:
        """Resume the thread's session, or open one and bind it. Raises ChatbotError."""
        with self.calling(name):
            try:
                return await self._attach(store, thread, name, await self.get(name))
            except (ChatbotNotFound, ChatbotUnauthorized):
                self._fetched.pop(name, None)
                raise

    @contextmanager
    def calling(self, name: str) -> Iterator[None]:
        """Calls for a chatbot: what they raise says how its provider is."""
        try:
            yield
        except ChatbotError as error:
            self._note(name, STATES.get(type(error), State.UP), str(error))
            raise

    def answered(self, name: str) -> None:
        """A turn came to its end at the chatbot: its provider works. That a session opens proves less."""
        self._note(name, State.UP)

    def _note(self, name: str, state: State, reason: str = "") -> None:
        if name in self._settings:
            self._tell(self._settings[name], state, reason if state is not State.UP else "")

    async def _attach(self, store: Store, thread: ThreadRow, name: str, chatbot: Chatbot) -> Attached:
        binding, ended = thread.binding, ""
        if binding is not None and binding.chatbot == name:
            try:
                session = await chatbot.resume_session(binding.session)
            except SessionLost:
                ended = LOST
            else:
                return Attached(session, binding, notice=await _owed(store, binding))
        elif binding is not None:
            ended = f"{REASSIGNED} {name}"
        session = await chatbot.create_session()
        try:
            binding = await store.bindings.bind(thread.id, name, session.id, ended=ended)
        except BaseException:
            await session.disconnect()
            raise
        return Attached(session, binding, renewed=True, notice=_notice(ended))


def _notice(ended: str) -> str | None:
    """What the thread is told when its last session ended so."""
    if ended == LOST:
        return notices.FORGOTTEN
    return notices.REASSIGNED if ended.startswith(REASSIGNED) else None


async def _owed(store: Store, binding: BindingRow) -> str | None:
    """What an earlier process may have had no time to say of a session that was never used."""
    if binding.sent:
        return None
    earlier = [
        past for past in await store.overview.session_history(binding.thread_id) if past.binding.id != binding.id
    ]
    return _notice(earlier[-1].reason) if earlier else None


async def persist(
    clock: Clock,
    seconds: float,
    attempt: Callable[[], Awaitable[T]],
    errors: tuple[type[ChatbotError], ...] = (ChatbotUnavailable, ChatbotBusy),
) -> T:
    """Try again while the service is down or busy, with jittered backoff, for at most `seconds`.

    Raises the last error when the time is up, and every other error at once.
    """
    deadline = clock.monotonic() + seconds
    delay = 0.5
    while True:
        try:
            return await attempt()
        except errors as error:
            wait = random.uniform(0.1, delay)  # noqa: S311 - jitter is no secret
            if isinstance(error, ChatbotBusy) and error.retry_after is not None:
                wait += error.retry_after
            if clock.monotonic() + wait > deadline:
                raise
        await clock.sleep(wait)
        delay = min(delay * 2, 10.0)
