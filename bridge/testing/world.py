"""A chat platform in memory, as the people on it see it. Its adapter is MemoryPlatform."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import ClassVar
from weakref import WeakValueDictionary

from bridge.clock import Clock, SystemClock
from bridge.errors import InstanceFailed, PlatformError
from bridge.model import (
    Attachment,
    Deleted,
    Edited,
    Event,
    EventId,
    InstanceName,
    Message,
    MessageId,
    MessageRef,
    ThreadRef,
)
from bridge.platform import Budget, Capabilities, Operation, Unit
from bridge.testing.messages import at_the_top, in_channel, in_thread, with_bot
from bridge.testing.screen import Screen, Shown
from bridge.testing.turnstile import Call, Turnstile

CAPABILITIES = Capabilities(
    part_size=2000,
    part_unit=Unit.CODE_POINTS,
    edit_seconds=None,
    edit_gap=1.0,
    activity_seconds=5.0,
    budgets={"post": Budget(burst=5, rate=1), "edit": Budget(burst=5, rate=1), "other": Budget(burst=20, rate=10)},
)
"""What a MemoryWorld can do unless a test says otherwise."""


class MemoryWorld:
    """The other side of a MemoryPlatform: people say something here, and see what the bot shows.

    It outlives its adapters, as a platform outlives a restart of the bridge. `name` is what the key `world` of a
    `[platforms.…]` table of type "memory" refers to; `instance` is the name of that table. The budgets of
    `capabilities` are enforced only with `limits=True`. With `idempotent=False` a marker can be looked up but
    does not stop the same post from being made twice.
    """

    _by_name: ClassVar[WeakValueDictionary[str, MemoryWorld]] = WeakValueDictionary()

    def __init__(
        self,
        name: str = "memory",
        *,
        instance: str = "memory",
        clock: Clock | None = None,
        capabilities: Capabilities = CAPABILITIES,
        limits: bool = False,
        idempotent: bool = True,
    ) -> None:
        self.instance = InstanceName(instance)
        self.clock: Clock = clock or SystemClock()
        self.capabilities = capabilities
        self.screen = Screen(self.clock, edit_seconds=capabilities.edit_seconds, idempotent=idempotent)
        self.turnstile = Turnstile(self.clock, capabilities.budgets if limits else None, self._announce)
        self.stream_seconds: float | None = None
        """How long a message may grow by native streaming; None where there is none."""
        self.said: list[Message] = []
        self.refusal: InstanceFailed | None = None
        self.activity: dict[ThreadRef, str] = {}
        """The status shown in a thread."""
        self.opened: dict[ThreadRef, str] = {}
        """The title of each thread that was opened."""
        self.files: dict[str, bytes] = {}
        """The content of attachments, by the attachment's id."""
        self.reactions: dict[MessageId, set[str]] = defaultdict(set)
        self._listeners: list[Callable[[Event], None]] = []
        self._changed = asyncio.Event()
        self._ids = itertools.count(1)
        MemoryWorld._by_name[name] = self

    @classmethod
    def named(cls, name: str) -> MemoryWorld:
        """The living world of this name. Raises LookupError when there is none."""
        world = cls._by_name.get(name)
        if world is None:
            raise LookupError(f"no MemoryWorld named {name!r} exists; make it first, and keep a reference to it")
        return world

    # What people do

    async def say(
        self,
        text: str,
        *,
        channel: str = "general",
        thread: ThreadRef | None = None,
        author: str = "Ada",
        mention: bool = False,
        direct: bool = False,
        reply_to: MessageId | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> Message:
        """A person writes: in `thread`, in a direct message (`direct`), or at the top of `channel`.

        Every connected adapter gets it; when none is, only history has it.
        """
        number, now = next(self._ids), self.clock.now()
        if thread is None:
            place = with_bot(self.instance, author) if direct else in_channel(self.instance, channel, number)
            message = at_the_top(place, number, author, text, now)
        else:
            message = in_thread(thread, number, author, text, now)
        message = replace(message, mentions_bot=mention, reply_to=reply_to, attachments=attachments)
        self.said.append(message)
        self.send(message)
        return message

    async def change(self, message: Message, text: str) -> Edited:
        """The author edits a message."""
        revision = str(next(self._ids))
        event = Edited(
            event_id=EventId(f"E{revision}"),
            id=message.id,
            thread=message.thread,
            author=message.author,
            text=text,
            revision=revision,
            at=self.clock.now(),
        )
        self.send(event)
        return event

    async def delete(self, message: Message) -> Deleted:
        """The author deletes a message."""
        self.said = [said for said in self.said if said.id != message.id]
        event_id = EventId(f"E{next(self._ids)}")
        event = Deleted(event_id=event_id, id=message.id, thread=message.thread, at=self.clock.now())
        self.send(event)
        return event

    async def remove(self, ref: MessageRef) -> Deleted:
        """Somebody deletes a message of the bot."""
        self.screen.delete(ref)
        event_id = EventId(f"E{next(self._ids)}")
        event = Deleted(event_id=event_id, id=ref.id, thread=ref.thread, at=self.clock.now())
        self.send(event)
        return event

    def send(self, event: Event) -> None:
        """Deliver an event to every connected adapter; the same one again is a redelivery."""
        for listener in tuple(self._listeners):
            listener(event)
        self._announce()

    # What people see

    def shown(self, thread: ThreadRef) -> tuple[str, ...]:
        """The texts of the bot's messages in a thread, oldest first."""
        return tuple(message.text for message in self.screen.messages(thread))

    def messages(self, thread: ThreadRef | None = None) -> tuple[Shown, ...]:
        """The bot's messages with all that is known of them, in one thread or all, oldest first."""
        return self.screen.messages(thread)

    @property
    def calls(self) -> list[Call]:
        """Every call of an adapter that took effect, in order."""
        return self.turnstile.calls

    async def until(self, condition: Callable[[], object], *, timeout: float = 10.0) -> None:
        """Wait until `condition` holds; looked at after each change. `timeout` in seconds of real time.

        Raises TimeoutError.
        """
        async with asyncio.timeout(timeout):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    # What goes wrong

    def fail(self, operation: Operation, error: PlatformError, *, times: int = 1, done: bool = False) -> None:
        """Let the next `times` calls fail with `error`; with `done` they take effect before they fail."""
        self.turnstile.fail(operation, error, times=times, done=done)

    def hang_up(self) -> None:
        """Cut the connections of all adapters, without their noticing."""
        self._listeners.clear()

    def shut(self, thread: ThreadRef, error: PlatformError) -> None:
        """Refuse every call in a thread from now on, as a platform does where the bot lost its permissions."""
        self.turnstile.shut(thread, error)

    def refuse(self, error: InstanceFailed) -> None:
        """Refuse the credentials of every adapter that connects from now on."""
        self.refusal = error

    def holding(self, operation: Operation) -> AbstractAsyncContextManager[None]:
        """`async with world.holding(Operation.EDIT):` calls of this kind hang until the block ends, then go on."""
        return self.turnstile.holding(operation)

    # The adapter's side

    @property
    def connected(self) -> int:
        """How many adapters take events."""
        return len(self._listeners)

    def connect(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` for each event, until the returned function is called. Raises InstanceFailed."""
        if self.refusal is not None:
            raise self.refusal
        self._listeners.append(listener)
        self._announce()

        def disconnect() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)
            self._announce()

        return disconnect

    def _announce(self) -> None:
        self._changed.set()
