"""The turns of one session, over everything that its connection goes through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import structlog

from bridge import (
    ChatbotError,
    ChatbotUnavailable,
    Clock,
    EndReason,
    SessionEvent,
    SessionId,
    SessionLost,
    SessionMessage,
    TurnEnded,
)
from bridge_vectorshift import frames
from bridge_vectorshift.attachment import Attachment
from bridge_vectorshift.backlog import Backlog
from bridge_vectorshift.connection import Dialer
from bridge_vectorshift.errors import message_refused, unavailable
from bridge_vectorshift.frames import Frame, Note
from bridge_vectorshift.link import Link
from bridge_vectorshift.turn import Beginning, Turn

log = structlog.get_logger(__name__)

STOP_TIMEOUT = 3.0
"""Seconds that the service has to confirm that it stopped."""


class Conversation:
    """One session of one chatbot or agent, with at most one running turn."""

    def __init__(self, dialer: Dialer, clock: Clock, kind: str) -> None:
        self.attachment = Attachment(dialer, clock, self)
        self._kind = kind
        self._turn: Turn | None = None
        self._backlog = Backlog()
        self._known: set[str] = set()
        """The messages of turns that are over."""
        self._knows_all = False
        self._open = True
        """True when a turn may be open at the service though none runs here."""
        self.distrusted = False
        """True after a stop: what the service may still write for the stopped turn is not the next answer."""
        self._polling: asyncio.Task[None] | None = None

    @property
    def id(self) -> SessionId:
        """The service's id of the session."""
        return self.attachment.id

    async def create(self, object_id: str) -> None:
        """Open the session."""
        await self.attachment.create(self._kind, object_id)
        self._knows_all, self._open = True, False

    # -- turns

    async def ask(self, messages: Sequence[str]) -> None:
        """Begin a turn with a question."""
        await self._post(frames.post(self.id, messages), messages[-1])

    async def respond(self, approval: str, *, approve: bool, fields: Mapping[str, str] | None) -> None:
        """Let a turn go on that waits for an approval."""
        self._known.add(approval)
        await self._post(frames.respond(self.id, approval, approve=approve, fields=fields), None)

    async def events(self) -> AsyncIterator[SessionEvent]:
        """The events of the turn; joins the one that runs at the service when none was begun here."""
        if self._turn is None:
            await self._join()
        backlog = self._backlog
        while True:
            event = backlog.take() or await backlog.get()
            if isinstance(event, TurnEnded):
                if backlog is self._backlog:
                    self._turn = None
                yield event
                return
            yield event

    async def stop(self) -> None:
        """End what runs. The service is told by `terminate_session`; it knows nothing less, and keeps the session."""
        if self._open:
            if self._turn is not None:
                self._turn.stop()
            self._open, self.distrusted = False, True
            await self.terminate()

    async def terminate(self) -> None:
        """End what runs at the service, and detach."""
        if self.attachment.alive:
            try:
                link = await self.attachment.link()
                await link.request(frames.request("terminate_session", self.id), STOP_TIMEOUT)
            except ChatbotUnavailable as error:
                log.info("vectorshift.end_unconfirmed", session=self.id, reason=str(error))
        await self.close()

    async def messages(self) -> list[SessionMessage]:
        """All that the service holds."""
        return frames.history(await self._list(await self.attachment.link()))

    def leave(self) -> None:
        """Nobody listens any more; a turn that runs can be joined later."""
        self._turn = None

    async def close(self) -> None:
        """Detach for good."""
        polling, self._polling = self._polling, None
        if polling is not None:
            polling.cancel()
        await self.attachment.close()

    async def _post(self, frame: Frame, question: str | None) -> None:
        link = await self.attachment.link()
        self._begin(question)
        try:
            answer = await link.request(frame)
            if (error := frames.refusal(answer)) is not None:
                refused = message_refused(error, self.id)
                if isinstance(refused, SessionLost):
                    await self.attachment.close()  # else whoever resumes it would go on here, and never hear of that
                raise refused
        except BaseException:
            self._turn = None
            raise

    async def _join(self) -> None:
        link = await self.attachment.link()
        self._begin(None, joined=True)
        try:
            await self.catch_up(link)
        except ChatbotUnavailable:
            if link.open:
                self._turn = None
                raise  # a lost connection is being replaced, and then caught up

    def _begin(self, question: str | None, *, joined: bool = False) -> None:
        self._open = True
        self._backlog = Backlog()
        self._turn = Turn(
            self._emit, Beginning(self._kind == "agent", question, self._known, self._knows_all, joined=joined)
        )

    def _emit(self, event: SessionEvent) -> None:
        self._backlog.put(event)
        if isinstance(event, TurnEnded) and self._turn is not None:
            self._open = event.reason is EndReason.WAITING
            if not self._open:
                self._known |= self._turn.ids

    # -- what the attachment tells

    @property
    def busy(self) -> bool:
        """True while a turn runs."""
        return self._turn is not None and not self._turn.over

    def handle(self, frame: Frame) -> None:
        """One frame. On the path of every delta."""
        if self._turn is not None:
            self._turn.frame(frame)

    async def attached(self, link: Link) -> None:
        """After a stop, learn what is old before anything new is asked."""
        if self.distrusted:
            self._known |= {note.id for note in await self._list(link)}
            self._knows_all, self.distrusted = True, False

    def interrupted(self) -> None:
        """Frames are missed from now on."""
        if self._turn is not None:
            self._turn.rejoin()

    async def catch_up(self, link: Link) -> None:
        """Ask the service for its messages, and tell what was missed."""
        listed = await self._list(link)
        if self._turn is not None and not self._turn.catch_up(listed):
            raise unavailable(f"session {self.id}: the service does not list the question that it has taken")

    def failed(self, error: ChatbotError) -> None:
        """Tell the listener."""
        self._backlog.fail(error)

    def tick(self, seconds: float) -> None:
        """Look after a silent turn."""
        if self._turn is not None and self._turn.tick(seconds) and self._polling is None:
            self._polling = asyncio.create_task(self._poll(), name=f"vectorshift poll {self.id}")

    async def _poll(self) -> None:
        try:
            if self.attachment.alive:
                await self.catch_up(await self.attachment.link())
        except ChatbotError as error:
            log.info("vectorshift.messages_not_listed", session=self.id, reason=str(error))
        finally:
            self._polling = None

    async def _list(self, link: Link) -> list[Note]:
        frame = await link.request(frames.request("get_messages", self.id))
        if (error := frames.refusal(frame)) is not None:
            raise unavailable(f"VectorShift does not list the messages of session {self.id}: {error}")
        return frames.notes(frame)
