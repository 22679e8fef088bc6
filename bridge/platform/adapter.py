"""What every platform adapter is.

An adapter owns what only it can know: connecting, acknowledging, turning platform events into ours, ids, Markdown
to native markup, posting, editing, and turning native errors into ours. It never retries a write, never paces and never
remembers what it posted: the core does that once for all platforms.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bridge.clock import Clock
from bridge.model import Event, InstanceName, MessageRef, ThreadRef
from bridge.platform.capabilities import BudgetKey, Capabilities, Operation

Deliver = Callable[[Event], Awaitable[None]]
"""Hands an event to the core and returns once it is durable: acknowledge after it.

Raises StoreError when it could not be made durable: do not acknowledge, so that the platform sends it again, or keep
it and try again in order where the platform has no acknowledgement. After StoreInUse there is nothing to try: it is
left to the process that took over.
"""


Admit = Callable[[Sequence[BudgetKey]], Awaitable[None]]
"""Returns when these buckets have room for a call, which counts from then on."""


async def at_once(keys: Sequence[BudgetKey]) -> None:
    """An `Admit` that never waits."""


class PartKind(StrEnum):
    """Whose words a part holds."""

    ANSWER = "answer"
    """The chatbot's."""
    NOTICE = "notice"
    """The bridge's own: something went wrong, or an answer to `help`, `new` or `stop`."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a reply: Markdown, complete in itself (fences closed), small enough by `Platform.size`."""

    text: str
    kind: PartKind = PartKind.ANSWER
    final: bool = False
    """True when this is the last that will be shown of it."""


class Observe(Protocol):
    """Where an adapter reports what the platform said about its limits."""

    def __call__(
        self,
        key: BudgetKey,
        *,
        limit: float | None = None,
        remaining: float | None = None,
        reset_after: float | None = None,
        completed_at: float,
    ) -> None:
        """`reset_after` in seconds; `completed_at` is the clock's `monotonic()` when the response was there,
        whatever the SDK did afterwards."""
        ...


class Health(Protocol):
    """Where an adapter reports how it is. It is shown to operators, never to people in a thread."""

    def __call__(self, state: str, reason: str = "") -> None:
        """`state` is "connecting" for as long as there is no connection, "connected" once everything works, "degraded"
        where it is connected and something does not work, and "failed" when it is given up. One that does not connect
        counts as down after a minute; `reason` says why it does not."""
        ...


@dataclass(frozen=True, slots=True)
class PlatformContext:
    """What the core gives to a new adapter."""

    instance: InstanceName
    clock: Clock
    observe: Observe
    health: Health
    missed: Callable[[], None] = lambda: None
    """To be called when messages may have been sent before now that will not be delivered any more: once connected for
    the first time, and anew without what happened between. Their history is fetched then, if the adapter has it."""
    admit: Admit = at_once
    """Awaited before each call that the core does not know of: a further page, a second attempt. The first call of what
    the core asks for has been admitted by then."""


class Platform(Protocol):
    """One configured app or bot on a platform, as the core sees it."""

    @property
    def capabilities(self) -> Capabilities:
        """The limits; the same object for as long as the adapter lives."""
        ...

    async def run(self, deliver: Deliver) -> None:
        """Connect and stay connected until cancelled; called once.

        Reports through its context's `health` once it is connected: what an earlier process left is taken up then.
        Reconnects by itself. Raises InstanceFailed when no retry can help (a refused token). When cancelled it stops
        taking events, waits for deliveries under way, and closes what `run` opened; calls still work until `close`.
        """
        ...

    async def close(self) -> None:
        """Release everything; called once, after the last call. Must not raise."""
        ...

    def size(self, part: Part) -> int:
        """The size of `part` as the platform will count it after rendering, to compare with `part_size`. Pure."""
        ...

    def budget_keys(self, operation: Operation, thread: ThreadRef) -> tuple[BudgetKey, ...]:
        """The buckets from which a call takes one token each. Pure."""
        ...

    async def post(self, thread: ThreadRef, part: Part, marker: str) -> MessageRef:
        """Post a new message in the thread. It never pings anybody.

        `marker` is at most 25 characters, differs for each part, and is the same when a post is tried again: the
        adapter uses it to make the post idempotent or findable. Raises PlatformError.
        """
        ...

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """Replace the text of a message of ours. The same edit twice is harmless. Raises PlatformError."""
        ...
