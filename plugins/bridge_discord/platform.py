"""The Discord adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from bridge import (
    BudgetKey,
    Capabilities,
    Channel,
    ChannelId,
    Check,
    Deliver,
    Event,
    Message,
    MessageId,
    MessageRef,
    Operation,
    Part,
    PlatformContext,
    Surface,
    ThreadId,
    ThreadRef,
    UserId,
    WorkspaceId,
)
from bridge_discord.checks import check
from bridge_discord.config import DiscordTable
from bridge_discord.events import Events
from bridge_discord.history import History
from bridge_discord.inbound import Reader
from bridge_discord.intake import Intake
from bridge_discord.limits import CAPABILITIES, budget_keys
from bridge_discord.pace import Timing
from bridge_discord.places import DM, Place, Places
from bridge_discord.posting import Posting
from bridge_discord.render import render, thread_name
from bridge_discord.rest import File, Rest
from bridge_discord.supervisor import Supervisor

rendered = lru_cache(maxsize=512)(render)


class DiscordPlatform:
    """One Discord bot; see `bridge.Platform` and the abilities for what each method promises."""

    def __init__(self, config: DiscordTable, context: PlatformContext, *, timing: Timing | None = None) -> None:
        timing = timing or Timing()
        self._context = context
        self._timing = timing
        self._rest = Rest(config.token, config.api_url, context.clock, context.observe)
        self._places = Places(self._rest)
        self._history = History(self._rest, self._places, self._reader)
        self._posting = Posting(self._rest, self._places, context.clock, context.admit)
        self._intake = Intake(self._read, context.clock, timing)
        self._supervisor = Supervisor(
            config,
            context,
            rest=self._rest,
            intake=self._intake,
            hear=Events(self._places, self._posting, self._intake).hear,
            timing=timing,
        )

    @property
    def capabilities(self) -> Capabilities:
        """Discord's limits."""
        return CAPABILITIES

    async def run(self, deliver: Deliver) -> None:
        """Connect and stay connected until cancelled. Raises InstanceFailed when no retry can help."""
        working = asyncio.create_task(self._intake.work(deliver), name="discord intake")
        try:
            await self._supervisor.run()
        finally:
            emptied = asyncio.create_task(self._intake.empty())
            await asyncio.wait({emptied}, timeout=self._timing.drain)
            for task in (emptied, working):
                task.cancel()
            await asyncio.gather(emptied, working, return_exceptions=True)

    async def close(self) -> None:
        """Release everything."""
        await self._rest.close()

    def size(self, part: Part) -> int:
        """The code points of what Discord is given."""
        return len(rendered(part.text))

    def budget_keys(self, operation: Operation, thread: ThreadRef) -> tuple[BudgetKey, ...]:
        """The buckets of a call: the whole bot's, and the route's for this channel."""
        return budget_keys(operation, thread)

    async def post(self, thread: ThreadRef, part: Part, marker: str) -> MessageRef:
        """Post. The marker is the message's nonce, which Discord enforces for some minutes: the same call again gives
        the same message."""
        return await self._posting.post(thread, rendered(part.text), marker)

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """Replace the text of a message of ours."""
        await self._posting.edit(ref, rendered(part.text))

    async def delete(self, ref: MessageRef) -> None:
        """Delete a message of ours."""
        await self._posting.delete(ref)

    async def open_thread(self, thread: ThreadRef, title: str) -> None:
        """Open the thread on the question, named after it."""
        await self._posting.open_thread(thread, thread_name(title))

    async def open_direct(self, thread: ThreadRef, user: UserId) -> ThreadRef:
        """The DM with a person."""
        channel = await self._posting.open_direct(user)
        return ThreadRef(thread.instance, WorkspaceId(""), ChannelId(channel), ThreadId(channel), Surface.DIRECT)

    async def show_activity(self, thread: ThreadRef, status: str) -> None:
        """Show the typing indicator; Discord has no words for it, and it ends by itself or with the next message."""
        if status:
            await self._posting.typing(thread)

    async def find(
        self, thread: ThreadRef, marker: str, since: datetime | None = None, others: Collection[MessageId] = ()
    ) -> MessageRef | None:
        """The message that was posted with `marker`; None also where posting again gives the same message.

        Raises Unprovable when Discord cannot tell any more."""
        await self._know_me()
        return await self._posting.find(thread, marker, since, others)

    async def upload(self, thread: ThreadRef, part: Part, content: bytes, marker: str) -> MessageRef:
        """Post a file. The marker is what it is for a post."""
        return await self._posting.post(thread, rendered(part.text), marker, File("answer.md", content))

    async def channels(self, page: str | None) -> tuple[Sequence[Channel], str | None]:
        """A page of the channels that the bot sees: those of one server."""
        await self._know_me()
        return await self._history.channels(page)

    async def history(
        self, place: ThreadRef, since: datetime, page: str | None
    ) -> tuple[Sequence[Message], str | None]:
        """A page of what people wrote in a channel, thread or DM."""
        await self._know_me()
        return await self._history.messages(place, since, page)

    async def check(self, channels: Sequence[str]) -> AsyncIterator[Check]:
        """Look at the token, the intents, the permissions, and whether channels can be found."""
        async for one in check(self._rest, channels):
            yield one

    async def _read(self, name: str, data: Mapping[str, Any]) -> Event | None:
        """What a gateway event means to the core; None when nothing."""
        place = await self._place(data)
        reader = self._reader()
        if name == "MESSAGE_CREATE":
            return reader.message(data, place)
        if name == "MESSAGE_UPDATE":
            return reader.edited(data, place)
        return reader.deleted(data, place, self._context.clock.now())

    async def _place(self, data: Mapping[str, Any]) -> Place:
        if "guild_id" not in data:
            return Place(data["channel_id"], DM)
        return await self._places.find(data["channel_id"])

    def _reader(self) -> Reader:
        places = self._places
        return Reader(self._context.instance, places.me, self._supervisor.reads_all, places.name)

    async def _know_me(self) -> None:
        if not self._places.me:
            self._places.me = (await self._rest.call("GET", "/users/@me"))["id"]
