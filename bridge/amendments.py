"""Taking in that people changed or deleted a message: their question, or what the bot said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from bridge.model import Deleted, Edited, InstanceName, MessageRef
from bridge.reply.outlet import Outlet
from bridge.routing import OnDelete, OnEdit, Route, decide
from bridge.store import Accepted, Change, Store, Verdict


class Amend(Protocol):
    """Whom to tell that there is something to do in a thread, once it is stored."""

    def changed(self, thread_id: int, turn_id: int | None) -> None:
        """A question was changed or deleted: one of this turn, or one that waits."""
        ...

    def unwanted(self, thread_id: int, turn_id: int) -> None:
        """Somebody deleted a message of this turn's answer."""
        ...


class Amendments:
    """Stores what was changed, and tells the lanes."""

    def __init__(
        self,
        store: Store,
        routes: Callable[[], Sequence[Route]],
        outlets: Mapping[InstanceName, Outlet],
        lanes: Amend,
    ) -> None:
        self._store = store
        self._routes = routes
        self._outlets = outlets
        self._lanes = lanes

    async def edited(self, event: Edited, verdict: Verdict) -> Accepted:
        """A message has another text. Raises StoreError when that could not be made durable."""
        route = await self._route(event)
        redo = route is None or route.on_edit is OnEdit.REDO
        return self._tell(await self._store.edit(verdict, event.text, event.at, redo=redo))

    async def deleted(self, event: Deleted, verdict: Verdict) -> Accepted:
        """A message is gone. Raises StoreError when that could not be made durable."""
        ref = MessageRef(event.thread, event.id)
        outlet = self._outlets.get(event.thread.instance)
        ours = None if outlet is not None and event.id in outlet.deleted else await self._store.turn_of_answer(ref)
        if ours is not None:
            self._lanes.unwanted(*ours)
        route = await self._route(event)
        retract = route is None or route.on_delete is OnDelete.RETRACT
        return self._tell(await self._store.delete(verdict, retract=retract))

    def _tell(self, change: Change) -> Accepted:
        if change.thread_id is not None:
            self._lanes.changed(change.thread_id, change.turn_id)
        return change.outcome

    async def _route(self, event: Edited | Deleted) -> Route | None:
        """The route of the message as it is known, by the routes that hold now."""
        known = await self._store.question(MessageRef(event.thread, event.id))
        return None if known is None else decide(known.message, self._routes(), conversation=True).route
