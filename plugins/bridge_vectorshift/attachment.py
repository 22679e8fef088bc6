"""Being attached to a session: the connection is watched, replaced when it is lost in a turn, kept a while after it."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable

import structlog

from bridge import ChatbotBusy, ChatbotError, ChatbotUnavailable, Clock, SessionId
from bridge_vectorshift import frames
from bridge_vectorshift.connection import Dialer
from bridge_vectorshift.errors import session_lost, session_refused
from bridge_vectorshift.link import Link
from bridge_vectorshift.owner import Owner

log = structlog.get_logger(__name__)

TICK = 2.5
"""Seconds between two looks at the connection; at every other one a ping is sent (VectorShift: every 5 s)."""
DEAD = 4
"""Looks in a row that found nothing heard, after which a connection is dead: noticed within 12.5 seconds."""
PATIENCE = 30.0
"""Seconds for which a connection that was lost in a turn is tried again."""
SLOWEST_RETRY = 5.0


class Attachment:
    """One session's connection, as seen over its losses. One task watches over it, and none when it is closed."""

    def __init__(self, dialer: Dialer, clock: Clock, owner: Owner) -> None:
        self.id = SessionId("")
        self._dialer = dialer
        self._clock = clock
        self._owner = owner
        self._link: Link | None = None
        self._connecting = asyncio.Lock()
        self._silent = 0
        self._keeper: asyncio.Task[None] | None = None
        self._rejoining: asyncio.Task[None] | None = None
        self._linger_until: float | None = None
        self._on_closed: Callable[[], None] | None = None

    @property
    def alive(self) -> bool:
        """True while there is a connection."""
        return self._link is not None and self._link.open

    async def create(self, kind: str, object_id: str) -> None:
        """Open a new session and attach to it. Raises what `Chatbot.create_session` raises."""
        link = Link(self._clock, self._owner.handle, self._lost)
        try:
            await link.connect(self._dialer)
            frame = await link.request(frames.create(kind, object_id))
            if (error := frames.refusal(frame)) is not None:
                raise session_refused(error, f"{kind} {object_id}")
            self.id = SessionId(str(frame.get("session_id") or ""))
            await self._connect_session(link)
        except BaseException:
            await link.close()
            raise
        self._adopt(link)

    async def resume(self, session: SessionId) -> None:
        """Attach to a session that exists. Raises what `Chatbot.resume_session` raises."""
        self.id = session
        await self.link()

    async def link(self) -> Link:
        """The connection, a new one where it is gone; waits while it is being replaced."""
        if self._rejoining is not None:
            await asyncio.wait({self._rejoining})
        async with self._connecting:
            if self._link is None or not self._link.open:
                self._adopt(await self._connect())
            return self._link  # type: ignore[return-value]  # adopted

    def linger(self, seconds: float, on_closed: Callable[[], None]) -> None:
        """Close after `seconds`, unless `revive` is called before."""
        self._linger_until = self._clock.monotonic() + seconds
        self._on_closed = on_closed

    def revive(self) -> None:
        """Stay attached after all."""
        self._linger_until = self._on_closed = None

    async def close(self) -> None:
        """Detach; the session lives on at the service. Harmless twice; raises nothing."""
        tasks = {task for task in (self._keeper, self._rejoining) if task is not None} - {asyncio.current_task()}
        link, self._link = self._link, None
        on_closed, self._on_closed = self._on_closed, None
        self._keeper = self._rejoining = None
        for task in tasks:
            task.cancel()
        if link is not None:
            with contextlib.suppress(ChatbotUnavailable):  # a lost connection is detached as well
                await link.send(frames.request("disconnect_session", self.id))
            await link.close()
        if tasks:
            await asyncio.wait(tasks)
        if on_closed is not None:
            on_closed()

    async def _connect(self) -> Link:
        link = Link(self._clock, self._owner.handle, self._lost)
        try:
            await link.connect(self._dialer)
            await self._connect_session(link)
            await self._owner.attached(link)
        except BaseException:
            await link.close()
            raise
        return link

    async def _connect_session(self, link: Link) -> None:
        frame = await link.request(frames.request("connect_session", self.id))
        if (error := frames.refusal(frame)) is not None:
            raise session_lost(error, self.id)

    def _adopt(self, link: Link) -> None:
        self._link = link
        self._silent = 0
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name=f"vectorshift session {self.id}")

    async def _keep(self) -> None:
        ping = False
        while True:
            await self._clock.sleep(TICK)
            if self._linger_until is not None and (
                not self.alive or self._clock.monotonic() >= self._linger_until - TICK / 2
            ):
                await self.close()
                return
            self._owner.tick(TICK)
            link = self._link
            if link is None:
                continue
            self._silent = 0 if link.heard else self._silent + 1
            link.heard = False
            if self._silent >= DEAD:
                log.warning("vectorshift.connection_silent", session=self.id, seconds=DEAD * TICK)
                link.abort()
                continue
            ping = not ping
            if ping:
                with contextlib.suppress(ChatbotUnavailable):  # `_lost` is told of it
                    await link.send(frames.request("ping_session", self.id))

    def _lost(self, link: Link) -> None:
        if link is not self._link:
            return
        self._link = None
        if self._owner.busy and self._rejoining is None:
            log.warning("vectorshift.connection_lost", session=self.id)
            self._rejoining = asyncio.create_task(self._rejoin(), name=f"vectorshift rejoin {self.id}")

    async def _rejoin(self) -> None:
        deadline = self._clock.monotonic() + PATIENCE
        delay = 0.2
        try:
            while self._owner.busy:
                await self._clock.sleep(random.uniform(0.0, delay))  # noqa: S311 - jitter is no secret
                delay = min(delay * 2, SLOWEST_RETRY)
                self._owner.interrupted()
                try:
                    self._adopt(new := await self._connect())
                    await self._owner.catch_up(new)
                except (ChatbotUnavailable, ChatbotBusy) as error:
                    log.info("vectorshift.not_attached_yet", session=self.id, reason=str(error))
                    if isinstance(error, ChatbotBusy) and error.retry_after is not None:
                        await self._clock.sleep(min(error.retry_after, PATIENCE))
                    link, self._link = self._link, None
                    if link is not None:
                        await link.close()
                    if self._clock.monotonic() >= deadline:
                        raise
                else:
                    if self.alive:
                        return
        except ChatbotError as error:
            self._owner.failed(error)
        finally:
            self._rejoining = None
