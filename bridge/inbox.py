"""Takes events in: decide, make durable, then return, so that the adapter may acknowledge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from weakref import WeakValueDictionary

import structlog

from bridge import notices
from bridge.amendments import Amendments
from bridge.clock import Clock
from bridge.errors import BridgeError
from bridge.meter import Meter
from bridge.model import Deleted, Edited, Event, EventId, InstanceName, Message, Pressed, Stopped, Surface, ThreadRef
from bridge.reply.marks import marker
from bridge.reply.outlet import Outlet
from bridge.route import Route
from bridge.routing import Action, Decision, decide, unless_too_old
from bridge.store import EARLY, Accepted, Inbound, Store, ThreadRow, Verdict

log = structlog.get_logger(__name__)


def removed_kind(chatbot: str) -> str:
    """As what it is noted that a thread was told of the removal of its chatbot; forgotten when that is back."""
    return f"removed {chatbot}"


class Inbox:
    """Where all platforms deliver. `wake` is told of each accepted message, once it is stored."""

    def __init__(
        self,
        store: Store,
        routes: Callable[[], Sequence[Route]],
        outlets: Mapping[InstanceName, Outlet],
        clock: Clock,
        wake: Callable[[int, Message | None], None],
        *,
        stop: Callable[[int, datetime], None],
        again: Callable[[ThreadRef, datetime | None], None],
        amendments: Amendments,
        tell_unrouted: Callable[[], bool],
        chatbots: Callable[[], Collection[str]],
        meter: Meter,
    ) -> None:
        """`chatbots` gives the names of those that are configured; `again` reads what was written in a thread since,
        or since the last time that everything was known."""
        self._store = store
        self._routes = routes
        self._outlets = outlets
        self._clock = clock
        self._wake = wake
        self._stop = stop
        self._again = again
        self._amendments = amendments
        self._tell_unrouted = tell_unrouted
        self._chatbots = chatbots
        self._meter = meter
        self._telling: dict[asyncio.Task[None], InstanceName] = {}
        self._orders: WeakValueDictionary[ThreadRef, asyncio.Lock] = WeakValueDictionary()
        """Held while a message of a thread is taken in."""

    async def accept(self, event: Event, *, fetched: bool = False) -> None:
        """Take one event; returns once it is durable. A duplicate changes nothing.

        `fetched` says that it was missed when it was sent: then it may be too old for its route. Raises StoreError when
        it could not be made durable: then it must not be acknowledged.
        """
        if isinstance(event, Message):
            await self._message(event, fetched=fetched)
        elif isinstance(event, Stopped):
            await self._stopped(event)
        elif isinstance(event, Edited):
            self._count(event, await self._amendments.edited(event, self._unhandled(event)))
        elif isinstance(event, Deleted):
            self._count(event, await self._amendments.deleted(event, self._unhandled(event)))
        else:
            await self._decide(self._unhandled(event), "pressed")

    async def close(self) -> None:
        """Stop telling people why nobody answers."""
        for instance in set(self._telling.values()):
            await self.leave(instance)

    async def leave(self, instance: InstanceName) -> None:
        """Stop telling people on this platform instance why nobody answers."""
        telling = [task for task, there in self._telling.items() if there == instance]
        for task in telling:
            task.cancel()
        if telling:
            await asyncio.wait(telling)

    async def _message(self, message: Message, *, fetched: bool) -> None:
        # Whether a message goes on with a conversation can be said only once those before it are stored.
        order = self._orders.setdefault(message.in_thread or message.thread, asyncio.Lock())
        async with order:
            await self._in_order(message, fetched=fetched)

    async def _in_order(self, message: Message, *, fetched: bool) -> None:
        begun = await self._begun(message)
        decision = decide(message, self._routes(), conversation=begun is not None)
        if fetched:
            decision = unless_too_old(decision, self._clock.now() - message.sent_at)
        if decision.action is Action.ACCEPT and decision.route is not None:
            thread = decision.thread if begun is None else begun.ref
            if begun is None and not fetched:
                await self._look_back(message, thread)
            accepted = await self._accept(message, thread, decision.route, decision.reason)
            if accepted and fetched and begun is None and thread.surface is Surface.THREAD:
                self._again(thread, message.sent_at)  # which nobody knew of when the places to read were listed
            return
        removed = self._removed(decision, begun)
        if removed:
            decision = replace(decision, reason=f"{decision.reason}; chatbot {removed} of its thread was removed")
        verdict = self._verdict(message, decision)
        if decision.early:
            # It may be one that overtook the message which begins the conversation: then it is read again.
            verdict = replace(verdict, event_id=EventId(f"{message.event_id}:{EARLY}"), revision=EARLY)
        new = await self._decide(verdict, decision.action.value)
        if new is not Accepted.NEW:
            return
        if removed and begun is not None:
            self._tell(message, begun.ref, removed_kind(removed), notices.REMOVED)
        elif decision.action is Action.UNROUTED and self._tell_unrouted():
            self._tell(message, decision.thread, "unrouted", notices.UNROUTED)

    async def _look_back(self, message: Message, thread: ThreadRef) -> None:
        """A conversation begins: see to it that what was written there before it was known is read too."""
        if thread.surface is Surface.DIRECT:  # nobody can list the direct conversations of a bot on Discord
            self._again(thread, None)
        elif await self._store.notes.early(thread):
            self._again(thread, message.sent_at)

    def _removed(self, decision: Decision, begun: ThreadRow | None) -> str:
        """The chatbot of the conversation that a message continues, if the configuration has it no more and names
        nobody else to answer there; else nothing."""
        if decision.route is not None or begun is None:
            return ""
        chatbot = begun.binding.chatbot if begun.binding is not None else begun.chatbot
        return "" if chatbot in self._chatbots() else chatbot

    async def _accept(self, message: Message, thread: ThreadRef, route: Route, why: str) -> bool:
        """Whether it is a new one."""
        acceptance = await self._store.accept(Inbound(message, thread, route.chatbot, route.label, why))
        if acceptance.outcome is Accepted.NEW:
            self._meter.accepted(thread.instance)
            self._wake(acceptance.thread_id, message)
            return True
        self._meter.duplicate(thread.instance)
        if acceptance.thread_id:
            self._wake(acceptance.thread_id, None)  # whoever delivered it first may have gone before waking anybody
        return False

    async def _stopped(self, event: Stopped) -> None:
        thread = await self._store.threads.find(event.thread)
        reason = "the running answer is stopped" if thread is not None else "no conversation is there to be stopped"
        await self._decide(self._unhandled(event, reason), "stopped")
        if thread is not None:
            self._stop(thread.id, event.at)  # also when it is brought again: a crash may have come between

    async def _decide(self, verdict: Verdict, why: str) -> Accepted:
        new = await self._store.decide(verdict)
        if new is Accepted.NEW:
            self._meter.ignored(verdict.instance, why)
        else:
            self._meter.duplicate(verdict.instance)
        return new

    def _count(self, event: Edited | Deleted, outcome: Accepted) -> None:
        if outcome is Accepted.DUPLICATE:
            self._meter.duplicate(event.thread.instance)

    async def _begun(self, message: Message) -> ThreadRow | None:
        """The conversation that `message` continues."""
        ref = message.thread
        if message.reply_to is not None:
            replied = await self._store.threads.find_by_answer(
                ref.instance, ref.workspace, ref.channel, message.reply_to
            )
            if replied is not None:
                return replied
        return None if message.starts else await self._store.threads.find(ref)

    def _tell(self, message: Message, thread: ThreadRef, kind: str, text: str) -> None:
        telling = asyncio.create_task(self._say(message, thread, kind, text))
        self._telling[telling] = thread.instance
        telling.add_done_callback(self._telling.pop)

    async def _say(self, message: Message, thread: ThreadRef, kind: str, text: str) -> None:
        """Nobody may wait for an answer that never comes. It is said once per thread and kind, and lost in a crash."""
        outlet = self._outlets.get(thread.instance)
        try:
            if outlet is None or not await self._store.notes.tell_once(thread, kind):
                return
            if thread.surface is Surface.THREAD:
                await outlet.open_thread(thread, message.text)
            mark = marker(thread.instance, thread.workspace, thread.channel, thread.id, kind, message.id)
            await outlet.tell(thread, text, mark)
        except BridgeError as error:
            log.warning("inbox.not_told", kind=kind, channel=thread.channel, reason=str(error))

    def _verdict(self, message: Message, decision: Decision) -> Verdict:
        return Verdict(
            instance=message.thread.instance,
            event_id=message.event_id,
            workspace=message.thread.workspace,
            channel=message.thread.channel,
            message_id=message.id,
            thread_id=decision.thread.id,
            kind="message",
            reason=decision.reason,
            route=decision.route.label if decision.route is not None else None,
            at=self._clock.now(),
        )

    def _unhandled(self, event: Edited | Deleted | Stopped | Pressed, reason: str = "") -> Verdict:
        kind = type(event).__name__.lower()
        return Verdict(
            instance=event.thread.instance,
            event_id=event.event_id,
            workspace=event.thread.workspace,
            channel=event.thread.channel,
            message_id=event.id,
            thread_id=event.thread.id,
            kind=kind,
            reason=reason or f"nothing is done yet when a message is {kind}",
            route=None,
            at=self._clock.now(),
            revision=event.revision if isinstance(event, Edited) else event.event_id,
        )
