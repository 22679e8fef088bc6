"""Taking in that people changed or deleted a message: their question, or what the bot said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bridge import question
from bridge.model import Deleted, Edited, InstanceName, MessageRef
from bridge.reply.outlet import Outlet
from bridge.route import OnDelete, OnEdit, Route
from bridge.routing import decide
from bridge.store import Accepted, Change, Store, Verdict, WaitingMessage

Changed = Callable[[int, int | None], None]
"""Told of a thread in which there is something to do, once it is stored, and of the turn that it is about, if any."""


class Amendments:
    """Stores what was changed, and tells the lanes."""

    def __init__(
        self,
        store: Store,
        routes: Callable[[], Sequence[Route]],
        outlets: Mapping[InstanceName, Outlet],
        changed: Changed,
    ) -> None:
        self._store = store
        self._routes = routes
        self._outlets = outlets
        self._changed = changed

    async def edited(self, event: Edited, verdict: Verdict) -> Accepted:
        """A message has another text. Raises StoreError when that could not be made durable."""
        known = await self._known(event)
        route = self._route(known)
        redo = route is None or route.on_edit is OnEdit.REDO
        asks = known is None or question.wish(replace(known.message, text=event.text)) is question.Wish.ANSWER
        return self._tell(await self._store.edit(verdict, event.text, event.at, redo=redo, asks=asks))

    async def deleted(self, event: Deleted, verdict: Verdict) -> Accepted:
        """A message is gone: a question, or one of the bot's. Raises StoreError when that could not be made durable."""
        outlet = self._outlets.get(event.thread.instance)
        if outlet is not None and event.id in outlet.deleted:
            return self._tell(await self._store.take_back(verdict))
        route = self._route(await self._known(event))
        retract = route is None or route.on_delete is OnDelete.RETRACT
        return self._tell(await self._store.delete(verdict, retract=retract))

    def _tell(self, change: Change) -> Accepted:
        if change.thread_id is not None:
            self._changed(change.thread_id, change.turn_id)
        return change.outcome

    async def _known(self, event: Edited | Deleted) -> WaitingMessage | None:
        """The message as it was taken in."""
        return await self._store.question(MessageRef(event.thread, event.id))

    def _route(self, known: WaitingMessage | None) -> Route | None:
        """The message's route, by the routes that hold now."""
        return None if known is None else decide(known.message, self._routes(), conversation=True).route
