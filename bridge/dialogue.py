"""The chatbot's side of a turn: ask once, listen to the end, and after an outage find out how far it got."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bridge.chatbot import Complete, EndReason, Session, TurnEnded
from bridge.chatbots import Attached, persist
from bridge.clock import within
from bridge.desk import Ask, Desk
from bridge.errors import ChatbotBusy, ChatbotError, ChatbotUnavailable, SessionLost
from bridge.evidence import examine
from bridge.reply.document import Document
from bridge.reply.insist import Backoff
from bridge.store import ThreadRow
from bridge.trace import Trace

log = structlog.get_logger(__name__)

ATTEMPTS = 3
"""So often a turn is tried before the person is told that it failed."""
WAIT = timedelta(hours=24)
"""How long an approval or a sign-in may take."""
LOOK_AGAIN = (2.0, 300.0)
"""Seconds between two looks at a session that waits: the first, and the longest."""
STOPPING = 5.0
"""Seconds that a chatbot gets to stop."""


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a dialogue tells how it goes."""

    bound: Callable[[Attached], Awaitable[None]]
    """A session is attached, and nothing was asked in it yet by this process."""
    attempt: Callable[[], Awaitable[bool]]
    """Asking was interrupted; True when it may be tried again."""
    waits: Callable[[str, datetime], Awaitable[None]]
    """The chatbot waits for somebody, at most until then."""
    resumes: Callable[[], Awaitable[None]]
    """It waits no longer."""
    changed: Callable[[], None]
    """There is newer text."""


class Dialogue:
    """Asks in the thread's session and fills `document` with the answer."""

    def __init__(
        self,
        desk: Desk,
        thread: ThreadRow,
        ask: Ask,
        document: Document,
        told: Told,
        *,
        trace: Trace,
        until: datetime | None = None,
    ) -> None:
        """`until` is when a request ends that an earlier process waited for."""
        self._desk = desk
        self._thread = thread
        self._ask = ask
        self._document = document
        self._told = told
        self._trace = trace
        self._until = until
        self._session: Session | None = None
        self._asked = False
        """True when the service may have the question."""
        self.arrived = False
        """True when the session that is attached is known to have the question."""

    async def run(self, *, asked: bool) -> TurnEnded:
        """The whole dialogue. `asked` says that an earlier process may have asked already.

        Raises ChatbotError when the turn cannot go on, PlatformError when the thread could not be opened.
        """
        self._asked = asked
        backoff = Backoff(first=2.0)
        while True:
            attached = await self._regain()
            try:
                with self._desk.chatbots.calling(self._ask.chatbot):
                    await self._told.bound(attached)
                    if not (asked and await self._arrived(attached)):
                        await self._ask_in(attached.session)
                    return await self._listen(attached.session)
            except (ChatbotUnavailable, SessionLost) as error:
                log.info("turn.interrupted", thread=self._thread.id, reason=str(error))
                self._trace.note("interrupted", f"{type(error).__name__}: {error}")
                await self.detach()
                asked = self._asked = True
                if not (self._waits or await self._told.attempt()):
                    raise
                await self._desk.clock.sleep(backoff.wait())

    @property
    def _waits(self) -> bool:
        """Whether the session waits for somebody, as far as is known."""
        return self._until is not None and self._desk.clock.now() < self._until

    async def _regain(self) -> Attached:
        """Attach; where the session waits for somebody, who may take longer, through an outage of any length."""
        backoff = Backoff(first=2.0, most=LOOK_AGAIN[1])
        while True:
            try:
                return await self._attach()
            except (ChatbotUnavailable, ChatbotBusy) as error:
                if not self._waits:
                    raise
                self._trace.note("waiting", f"until the chatbot can be reached: {error}")
            await self._desk.clock.sleep(backoff.wait())

    async def _ask_in(self, session: Session) -> None:
        self._asked = True
        await self._send(session)
        self.arrived = True
        self._trace.note("asked", f"{len(self._ask.contents)} of the thread's messages sent to the session")

    async def _send(self, session: Session) -> None:
        """Ask. A service that has too much to do has not taken the question; one that is down may have."""
        desk = self._desk

        async def send() -> None:
            desk.store.confirm()
            await session.send(*self._ask.contents)

        await persist(desk.clock, desk.patience, send, (ChatbotBusy,))

    async def stop(self) -> None:
        """Have the chatbot stop. It is told once: one that cannot be reached goes on unheard."""
        try:
            await within(self._desk.clock, STOPPING, self._stop())
        except (ChatbotError, TimeoutError) as error:
            log.info("turn.stop_unheard", thread=self._thread.id, reason=str(error))

    async def _stop(self) -> None:
        if self._session is None and self._asked:
            await self._attach()
        if self._session is not None:
            self._desk.store.confirm()
            await self._session.stop()

    async def detach(self) -> None:
        """Leave the session to the service."""
        session, self._session = self._session, None
        if session is not None:
            await session.disconnect()

    async def _attach(self) -> Attached:
        desk = self._desk
        attached = await persist(
            desk.clock, desk.patience, lambda: desk.chatbots.attach(desk.store, self._thread, self._ask.chatbot)
        )
        if attached.renewed:
            self._document.clear()
            self.arrived = False
        how = "opened" if attached.renewed else "resumed"
        self._trace.note("session", f"{how} {attached.binding.session} of chatbot {attached.binding.chatbot}")
        self._thread = replace(self._thread, binding=attached.binding)
        self._session = attached.session
        return attached

    async def _arrived(self, attached: Attached) -> bool:
        """Whether the service has the question; what it answered meanwhile goes into the document."""
        messages = await attached.session.messages()
        binding = attached.binding
        evidence = examine(messages, self._ask.contents, sent_before=binding.sent, last_seen=binding.last_seen)
        self.arrived = self.arrived or evidence.arrived
        proof = "has" if evidence.arrived else "does not have"
        self._trace.note(
            "looked", f"the session {proof} the question, and {len(evidence.answer)} messages of its answer"
        )
        for message in evidence.answer:
            self._document.apply(Complete(message.id, message.text))
        if evidence.answer:
            self._told.changed()
        return evidence.arrived

    async def _listen(self, session: Session) -> TurnEnded:
        """Listen to the end, and through requests that people answer elsewhere, however long that takes."""
        until = self._until or self._desk.clock.now() + WAIT
        pause, longest = LOOK_AGAIN
        ended = await self._hear(session)
        while ended.reason is EndReason.WAITING and self._desk.clock.now() < until:
            self._until = until
            self._trace.note(
                "waiting", f"for somebody's {self._document.request}, at most until {until:%Y-%m-%d %H:%M} UTC"
            )
            await self._told.waits(self._document.request, until)
            await self.detach()
            await self._desk.clock.sleep(pause)
            pause = min(pause * 1.5, longest)
            attached = await self._regain()
            if attached.renewed:
                self._until = None
                await self._told.resumes()
                await self._told.bound(attached)
                await self._ask_in(attached.session)
            else:
                await self._arrived(attached)
            ended = await self._hear(attached.session)
        await self._told.resumes()
        return ended

    async def _hear(self, session: Session) -> TurnEnded:
        ended = TurnEnded(EndReason.FAILED, "the session's events stopped before the end of the turn")
        document, changed, texts = self._document, self._told.changed, 0
        try:
            async for event in session.listen():
                if document.apply(event):
                    if not texts:
                        self._trace.note("text", "the first text of the answer arrived")
                    texts += 1
                    changed()
                elif isinstance(event, TurnEnded):
                    ended = event
        finally:
            self._trace.note("heard", f"{texts} pieces of text, {len(document.text)} characters now")
        if ended.reason is not EndReason.FAILED:
            self._desk.chatbots.answered(self._ask.chatbot)
        return ended
