"""What the rest of the program sees of the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NoReturn

from sqlalchemy import text
from sqlalchemy.engine import Connection

from bridge.clock import Clock
from bridge.errors import StoreError
from bridge.model import MessageId, MessageRef
from bridge.store import changes, cursors, inbox, trails, turn_rows, turns
from bridge.store.bindings import Bindings
from bridge.store.changes import Change
from bridge.store.encoding import to_micros
from bridge.store.forgetting import Forgetting
from bridge.store.lease import Lease
from bridge.store.lock import FileLock
from bridge.store.notes import Notes
from bridge.store.overview import Overview
from bridge.store.parts import Parts
from bridge.store.reader import Reader
from bridge.store.records import Acceptance, Accepted, Inbound, TurnRow, TurnState, Verdict, WaitingMessage
from bridge.store.threads import Threads
from bridge.store.writer import Writer
from bridge.trace import Step

PROBE_SECONDS = 5.0
"""So often a probe writes; what only reads cannot tell a full disk."""


class Store:
    """The database of one bridge. Made by `open_store`.

    What writes returns only after its commit, and is done even when its caller is cancelled while it waits. Every
    method raises StoreBusy when another program holds the database, StoreUnusable when it cannot be used as it is,
    and StoreError when it refuses what was asked; then nothing of that call is stored.
    """

    def __init__(
        self, writer: Writer, reader: Reader, clock: Clock, lock: FileLock | None, lease: Lease | None
    ) -> None:
        """Without `lock` and `lease`, another process may be the one that runs."""
        self._writer = writer
        self._reader = reader
        self._clock = clock
        self._lock = lock
        self._lease = lease
        self._probed_at = float("-inf")
        self.threads = Threads(reader)
        self.bindings = Bindings(writer, clock, exclusive=lock is not None)
        self.parts = Parts(writer)
        self.trails = trails.Trails(reader)
        self.forgetting = Forgetting(writer, reader)
        self.notes = Notes(writer, reader, clock)
        self.overview = Overview(reader)

    def _now(self) -> int:
        return to_micros(self._clock.now())

    async def close(self) -> None:
        """Finish what is under way and close the database. May be called again."""
        await self._writer.close()
        await self._reader.close()
        if self._lease is not None:
            self._lease.close()
        if self._lock is not None:
            self._lock.release()

    def confirm(self) -> None:
        """See to it that this process may still answer; cheap enough to be called before each platform call.

        Raises StoreInUse when another process has taken over. Everything that writes does so too, from then on.
        """
        if self._lease is not None:
            self._lease.confirm()

    async def taken_over(self) -> NoReturn:
        """Raise StoreInUse once another process is known to have taken over."""
        if self._lease is not None:
            await self._lease.lost()
        raise StoreError("a store that is not exclusive has nothing to be taken")

    async def accept(self, inbound: Inbound) -> Acceptance:
        """Store a message, and its thread when it is new. A duplicate, also of a decision, changes nothing."""
        return await self._writer.merge(inbox.accept, inbox.accept_row(inbound, self._now()))

    async def decide(self, verdict: Verdict) -> Accepted:
        """Store why an event was not accepted."""
        return await self._writer.merge(inbox.decide, inbox.decide_row(verdict))

    async def edit(self, verdict: Verdict, text: str, at: datetime, *, redo: bool, asks: bool) -> Change:
        """A message was changed. With `redo`, what was answered already is to be answered anew; `asks` says that the
        text is a question."""
        now = self._now()
        return await self._writer.run(
            lambda connection: changes.edited(connection, verdict, text, at, redo=redo, asks=asks, now=now)
        )

    async def delete(self, verdict: Verdict, *, retract: bool) -> Change:
        """A message was deleted, by somebody else than the bridge. With `retract`, its answer is to go too."""
        return await self._writer.run(lambda connection: changes.deleted(connection, verdict, retract=retract))

    async def take_back(self, verdict: Verdict) -> Change:
        """The bridge itself deleted a message of its own."""
        return await self._writer.run(lambda connection: changes.taken_back(connection, verdict))

    async def answers(self, thread_id: int) -> Collection[MessageId]:
        """The newest messages of the bot in a thread that have a receipt."""
        return await self._reader.run(lambda connection: turn_rows.answers(connection, thread_id))

    async def question(self, ref: MessageRef) -> WaitingMessage | None:
        """A message of a person, if it was accepted; of `ref.thread` only the channel counts."""
        place = ref.thread.instance, ref.thread.workspace, ref.thread.channel
        return await self._reader.run(lambda connection: turn_rows.question(connection, *place, ref.id))

    async def waiting(self, thread_id: int) -> Sequence[WaitingMessage]:
        """The thread's accepted messages that are in no turn yet, by the platform's own time."""
        return await self._reader.run(lambda connection: turn_rows.waiting(connection, thread_id))

    async def unfinished_turn(self, thread_id: int) -> TurnRow | None:
        """The thread's turn that has not ended; there is never more than one."""
        return await self._reader.run(lambda connection: turn_rows.unfinished(connection, thread_id))

    async def wished_turn(self, thread_id: int) -> TurnRow | None:
        """The thread's first turn whose question was changed or deleted, until that is done; ended or not."""
        return await self._reader.run(lambda connection: turn_rows.wished(connection, thread_id))

    async def last_ended(self, thread_id: int) -> datetime | None:
        """When the thread's last turn ended."""
        return await self._reader.run(lambda connection: turn_rows.last_ended(connection, thread_id))

    async def begin_turn(self, thread_id: int, binding_id: int, message_ids: Sequence[int]) -> TurnRow:
        """Begin a turn with waiting messages, before they are sent; this is its first attempt.

        Raises StoreError when one of them does not wait in this thread, or the thread has an unfinished turn.
        """
        now = self._now()
        return await self._writer.run(
            lambda connection: turns.begin(connection, thread_id, binding_id, message_ids, now=now)
        )

    async def attempt_turn(self, turn: int) -> int:
        """Count one more attempt at an unfinished turn; returns how many there are."""
        now = self._now()
        return await self._writer.run(lambda connection: turns.attempt(connection, turn, now=now))

    async def move_turn(self, turn: int, binding_id: int) -> None:
        """The turn goes on in another session, because its own was lost."""
        await self._writer.run(lambda connection: turns.move(connection, turn, binding_id))

    async def restart_turn(self, turn: int, *, last_seen: str | None) -> None:
        """A turn is asked anew, ended or not; `last_seen` is the newest message of its session by now.

        Raises Outdated when something else is wished of it meanwhile.
        """
        now = self._now()
        await self._writer.run(lambda connection: turns.restart(connection, turn, last_seen=last_seen, now=now))

    async def drop_turn(self, turn: int, reason: str) -> None:
        """Nobody wants a turn any more, ended or not."""
        now = self._now()
        await self._writer.run(lambda connection: turns.drop(connection, turn, reason, now=now))

    async def wait_turn(self, turn: int, kind: str, until: datetime) -> None:
        """The turn waits for something of this kind, at most until then."""
        await self._writer.run(lambda connection: turns.wait(connection, turn, kind, until))

    async def resume_turn(self, turn: int) -> None:
        """The turn waits no longer: back to replying when a part is posted, else to asked."""
        await self._writer.run(lambda connection: turns.resume(connection, turn))

    async def end_turn(
        self,
        turn: int,
        state: TurnState,
        reason: str,
        *,
        arrived: bool = True,
        last_seen: str | None = None,
        steps: Sequence[Step] = (),
    ) -> None:
        """End the turn and its messages. `last_seen` replaces that of the binding when given.

        The binding counts the messages as sent if they are known to have `arrived`: what it counts is skipped when a
        later question is looked for.
        """
        now = self._now()

        def work(connection: Connection) -> None:
            turns.end(connection, turn, state, reason, arrived=arrived, last_seen=last_seen, now=now)
            trails.add_steps(connection, turn, steps)

        await self._writer.run(work)

    async def add_steps(self, turn: int, steps: Sequence[Step]) -> None:
        """Write down what happened to a turn since its last commit."""
        await self._writer.run(lambda connection: trails.add_steps(connection, turn, steps))

    async def end_messages(self, thread_id: int, message_ids: Sequence[int], state: TurnState, reason: str) -> None:
        """End waiting messages that never become a turn: commands, refused and withdrawn ones."""
        now = self._now()
        await self._writer.run(
            lambda connection: turns.end_messages(connection, thread_id, message_ids, state, reason, now=now)
        )

    async def probe(self) -> None:
        """Return once the database has taken a transaction, one that writes unless a probe wrote a moment ago.

        Raises StoreError when it does not.
        """
        now = self._clock.monotonic()
        if now - self._probed_at < PROBE_SECONDS:
            await self._writer.run(lambda connection: connection.execute(text("SELECT 1")))
        else:
            await self._writer.run(lambda connection: cursors.count(connection, cursors.PROBES))
            self._probed_at = now
