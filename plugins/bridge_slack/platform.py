"""The Slack adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime

import structlog

from bridge import (
    BudgetKey,
    Capabilities,
    Channel,
    Check,
    Deliver,
    InstanceFailed,
    Message,
    MessageId,
    MessageRef,
    Operation,
    Part,
    PlatformContext,
    PlatformError,
    PlatformUnavailable,
    Rejected,
    Task,
    ThreadRef,
    TooLong,
    UserId,
)
from bridge_slack import files, ids, limits, markers, render
from bridge_slack.api import Api
from bridge_slack.backoff import Backoff
from bridge_slack.check import check
from bridge_slack.config import SlackTable
from bridge_slack.directory import Directory
from bridge_slack.dispatch import Dispatcher
from bridge_slack.history import History
from bridge_slack.inbound import Identity
from bridge_slack.mentions import harmless
from bridge_slack.messages import Messages
from bridge_slack.socket_mode import BROUGHT_AGAIN_SECONDS, SocketMode
from bridge_slack.standstill import watch
from bridge_slack.streaming import GAP, SIZE, Streaming

log = structlog.get_logger(__name__)


class SlackPlatform:
    """One Slack app in one workspace. Makes no call before `run`, `check` or the first post."""

    capabilities: Capabilities = limits.CAPABILITIES

    def __init__(self, table: SlackTable, context: PlatformContext) -> None:
        self._table = table
        self._context = context
        self._api = Api(table, context)
        self._streaming = Streaming(self._api, wanted=table.native_streams)
        self._messages = Messages(self._api, self._streaming)
        self._no_status: set[str] = set()
        self._history: History | None = None

    async def run(self, deliver: Deliver) -> None:
        self._context.health("connecting")
        failed = self._api.failed = asyncio.get_running_loop().create_future()
        with structlog.contextvars.bound_contextvars(platform=self._context.instance):
            running = asyncio.create_task(self._connected(deliver), name="slack-run")
        try:
            await asyncio.wait({running, failed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._api.failed = None
            running.cancel()
            await asyncio.wait({running})
            ended = None if running.cancelled() else running.exception()
            failure = failed.exception() if failed.done() else ended
        if failure is not None:
            self._context.health("failed", str(failure))
            raise failure

    async def close(self) -> None:
        await self._api.close()

    def size(self, part: Part) -> int:
        return render.size(part.text, self.capabilities.part_unit)

    def budget_keys(self, operation: Operation, thread: ThreadRef) -> tuple[BudgetKey, ...]:
        return limits.budget_keys(operation, thread)

    async def post(self, thread: ThreadRef, part: Part, marker: str) -> MessageRef:
        self._fits(part)
        return await self._messages.post(thread, part, marker)

    async def edit(self, ref: MessageRef, part: Part) -> None:
        self._fits(part)
        await self._messages.edit(ref, part)

    stream_gap = GAP

    @property
    def stream_seconds(self) -> float:
        return self._table.native_stream_age.total_seconds()

    def refuses_stream(self, thread: ThreadRef) -> str:
        return self._streaming.refusal(thread)

    def fits_stream(self, text: str) -> bool:
        return len(harmless(text).encode()) <= SIZE

    async def start_stream(
        self, thread: ThreadRef, text: str, asker: UserId, tasks: Sequence[Task] = (), *, last: bool = False
    ) -> MessageRef:
        return await self._streaming.start(thread, text, asker, tasks, last=last)

    async def append_stream(
        self, ref: MessageRef, before: str, text: str, tasks: Sequence[Task] = (), *, last: bool = False
    ) -> None:
        await self._streaming.append(ref, before, text, tasks, last=last)

    async def stop_stream(self, ref: MessageRef, before: str, text: str, marker: str) -> None:
        await self._streaming.stop(ref, before, text, marker)

    def shows_as_streamed(self, text: str) -> bool:
        return render.shown(text) == harmless(text)

    async def unmarked(self, thread: ThreadRef, after: MessageId) -> Sequence[MessageRef]:
        return await markers.unmarked(self._api, thread, after)

    async def delete(self, ref: MessageRef) -> None:
        await self._messages.delete(ref)

    async def find(
        self, thread: ThreadRef, marker: str, since: datetime | None = None, others: Collection[MessageId] = ()
    ) -> MessageRef | None:
        return await markers.find(self._api, thread, marker, since)

    async def upload(self, thread: ThreadRef, part: Part, content: bytes, marker: str) -> MessageRef:
        return await files.upload(self._api, thread, part, content, marker)

    async def channels(self, page: str | None) -> tuple[Sequence[Channel], str | None]:
        return await self._read().channels(page)

    async def history(
        self, place: ThreadRef, since: datetime, page: str | None
    ) -> tuple[Sequence[Message], str | None]:
        return await self._read().messages(place, since, page)

    async def open_direct(self, thread: ThreadRef, user: UserId) -> ThreadRef:
        key = limits.budget_keys(Operation.OPEN_DIRECT, thread)[0]
        opened = await self._api.write("conversations.open", key, users=user)
        return ids.direct(thread, str(opened["channel"]["id"]))

    async def show_activity(self, thread: ThreadRef, status: str) -> None:
        root = ids.root(thread)
        if root is None or thread.channel in self._no_status:
            return
        key = limits.budget_keys(Operation.ACTIVITY, thread)[0]
        try:
            await self._api.write(
                "assistant.threads.setStatus", key, channel_id=thread.channel, thread_ts=root, status=status
            )
        except Rejected as error:
            # Slack shows a status in some kinds of conversation only; a decoration is not worth an error.
            log.info("slack.no_status_here", channel=thread.channel, reason=str(error))
            self._no_status.add(thread.channel)

    def check(self, channels: Sequence[str]) -> AsyncIterator[Check]:
        return check(self._api, channels)

    def _read(self) -> History:
        if self._history is None:
            raise PlatformUnavailable("Slack is not connected")
        return self._history

    def _fits(self, part: Part) -> None:
        """Slack would take a little more; what it does then, and how it counts, it does not say."""
        if self.size(part) > self.capabilities.part_size:
            raise TooLong(f"{self.size(part)} {self.capabilities.part_unit} are too long for one message on Slack")

    async def _connected(self, deliver: Deliver) -> None:
        """Learn who the bot is, then take events until cancelled."""
        context, api = self._context, self._api
        me = await self._identity()
        directory = Directory(api, context.clock)
        self._history = History(api, me, directory, context.instance, agent=self._table.agent)
        dispatcher = Dispatcher(
            api.client(None),
            me,
            directory,
            deliver,
            self._still_installed,
            instance=context.instance,
            agent=self._table.agent,
            saw=self._streaming.saw,
            missed=context.missed,
        )
        watching = asyncio.create_task(watch(context.clock, BROUGHT_AGAIN_SECONDS, context.missed), name="slack-watch")
        try:
            await SocketMode(api.session, api.ticket, dispatcher.handle, context).run()
        finally:
            self._history = None
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await directory.close()

    async def _identity(self) -> Identity:
        """Ask until Slack answers. Raises InstanceFailed when it refuses the token."""
        backoff = Backoff()
        while True:
            try:
                who = await self._api.read("auth.test")
            except InstanceFailed:
                raise
            except PlatformError as error:
                self._context.health("connecting", str(error))
                await self._context.clock.sleep(backoff.wait())
                continue
            return Identity(
                bot_user=str(who["user_id"]),
                bot_id=str(who.get("bot_id") or ""),
                workspace=str(who["team_id"]),
                workspace_name=str(who.get("team") or "") or None,
                bot_name=str(who.get("user") or ""),
            )

    async def _still_installed(self) -> None:
        """Slack says that the app or a token was removed: when it was ours, this call ends `run`."""
        try:
            await self._api.read("auth.test")
        except PlatformError as error:
            log.warning("slack.app_perhaps_removed", reason=str(error))
