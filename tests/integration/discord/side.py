"""The adapter against the fake Discord, as the contract suite and the other tests want it."""

from __future__ import annotations

from collections.abc import Sequence

from bridge import (
    BudgetKey,
    ChannelId,
    InstanceName,
    Message,
    MessageRef,
    Operation,
    PlatformContext,
    Secret,
    Surface,
    SystemClock,
    ThreadId,
    ThreadRef,
    WorkspaceId,
)
from bridge.testing.contracts import Failure
from bridge_discord.config import DiscordTable
from bridge_discord.ids import split
from bridge_discord.pace import Timing
from bridge_discord.platform import DiscordPlatform
from bridge_sandbox.discord import FakeDiscord
from bridge_sandbox.faults import Action, Fault

SHORT = Timing(
    identify_gap=0.0,
    identifies_per_hour=1000,
    first_delay=0.01,
    last_delay=0.05,
    stable_after=1000.0,
    connect_timeout=2.0,
    silence=2.0,
    ack_grace=0.1,
    retry_first=0.01,
    retry_last=0.05,
    drain=1.0,
)
"""The times of the adapter, short enough for a test."""

CALLS = {
    Operation.POST: "POST /channels/*/messages",
    Operation.EDIT: "PATCH /channels/*/messages/*",
    Operation.DELETE: "DELETE /channels/*/messages/*",
}
FAILURES = {
    Failure.RATE_LIMITED: {"status": 429, "retry_after": 0.5},
    Failure.DOWN: {"status": 503},
    Failure.CUT: {"action": Action.DROP_AFTER},
    Failure.FORBIDDEN: {"code": 50013},
    Failure.GONE: {"code": 10008},
}


class Side:
    """A person, the fake, and one adapter. `health`, `observed` and `admitted` hold what the adapter reported."""

    def __init__(self, fake: FakeDiscord, *, token: str | None = None, timing: Timing = SHORT) -> None:
        self.fake = fake
        self.health: list[tuple[str, str]] = []
        self.missed = 0
        """How often the adapter said that messages may have been missed."""
        self.observed: list[tuple[BudgetKey, float | None, float | None]] = []
        self.admitted: list[tuple[BudgetKey, ...]] = []
        context = PlatformContext(
            InstanceName("discord"), SystemClock(), self._observe, self._health, self._miss, self._admit
        )
        table = DiscordTable(token=Secret(token or fake.token), api_url=fake.api_url)
        self.platform = DiscordPlatform(table, context, timing=timing)

    def _observe(
        self,
        key: BudgetKey,
        *,
        limit: float | None = None,
        remaining: float | None = None,
        reset_after: float | None = None,
        completed_at: float,
    ) -> None:
        self.observed.append((key, remaining, reset_after))

    def _miss(self) -> None:
        self.missed += 1

    async def _admit(self, keys: Sequence[BudgetKey]) -> None:
        self.admitted.append(tuple(keys))

    def _health(self, state: str, reason: str = "") -> None:
        self.health.append((state, reason))

    async def ready(self) -> None:
        await self.fake.wait_connected()

    async def say(
        self, text: str, *, mention: bool = False, direct: bool = False, thread: ThreadRef | None = None
    ) -> None:
        room = thread.id if thread else self.room("bridge" if direct else "general")
        await self.fake.say(room, f"{self.fake.bot_mention} {text}" if mention else text)

    def room(self, name: str) -> str:
        """The id of the room of this name."""
        return self.fake.people.room(name).id

    def place(self, room: str = "", surface: Surface = Surface.CHANNEL) -> ThreadRef:
        """A room, by default the channel in which people of these tests write."""
        room = room or self.room("general")
        guild = WorkspaceId(self.fake.world.guild)
        return ThreadRef(InstanceName("discord"), guild, ChannelId(room), ThreadId(room), surface)

    async def change(self, message: Message, text: str) -> None:
        mention = f"{self.fake.bot_mention} " if message.mentions_bot else ""
        self.fake.people.edit(split(message.id)[1], mention + text)

    async def delete(self, message: Message) -> None:
        self.fake.people.delete(split(message.id)[1])

    async def remove(self, ref: MessageRef) -> None:
        self.fake.people.delete(split(ref.id)[1])

    def shown(self, thread: ThreadRef) -> Sequence[str]:
        return [one.text for one in self.fake.shown(thread.id) if one.bot and not one.deleted]

    def files(self, thread: ThreadRef) -> Sequence[bytes]:
        messages = self.fake.world.channels[thread.id].messages
        return [file["content"].encode() for message in messages for file in message.attachments]

    def mentions(self) -> Sequence[str]:
        world = self.fake.world
        return [f"<@{world.owner.id}>", f"<@&{world.role.id}>", "@everyone", "@here"]

    def pinged(self) -> Sequence[str]:
        world = self.fake.world
        messages = [message for channel in world.channels.values() for message in channel.messages]
        return [message.content for message in messages if message.author is world.bot and message.pings]

    def fail(self, operation: Operation, failure: Failure) -> None:
        times = 2 if failure is Failure.FORBIDDEN else 1  # in its thread, and below the question
        self.fake.faults.add(Fault(CALLS[operation], times=times, **FAILURES[failure]))  # type: ignore[arg-type]

    async def refuse(self) -> None:
        self.fake.revoke()
