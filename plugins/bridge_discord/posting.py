"""Messages of ours: where they go, and how they are found again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bridge import (
    Admit,
    BudgetKey,
    Clock,
    Gone,
    MessageId,
    MessageRef,
    Operation,
    Surface,
    ThreadRef,
    Unprovable,
)
from bridge_discord.errors import Answer, Code, failure
from bridge_discord.ids import message_id, split
from bridge_discord.limits import GLOBAL, room
from bridge_discord.markers import Markers, limit
from bridge_discord.places import Places
from bridge_discord.rest import File, Rest

NO_PINGS = {"parse": [], "users": [], "roles": [], "replied_user": False}
"""`allowed_mentions` of every call: model output can never ping (Discord: Allowed Mentions Object)."""

SUPPRESS_EMBEDS = 1 << 2
HAS_THREAD = 1 << 5
NOT_ALLOWED = {50001, 50013}
REFUSES_THREADS = {*NOT_ALLOWED, 50024, Code.TOO_MANY_THREADS}
"""Why a thread cannot be opened, for good: permissions, the kind of channel, too many threads."""
OPEN_OR_ELSEWHERE = {Code.THREAD_EXISTS, Code.UNKNOWN_MESSAGE}
"""Nothing to open: the thread is there, or it did not begin with a message of the channel; the post will show."""


class Posting:
    """Posts, edits and deletes for one bot."""

    def __init__(self, rest: Rest, places: Places, clock: Clock, admit: Admit) -> None:
        self._rest = rest
        self._admit = admit
        self._places = places
        self._chained: OrderedDict[str, None] = OrderedDict()
        self._markers = Markers(clock)

    async def open_thread(self, thread: ThreadRef, name: str) -> None:
        """Open the thread on its question; where Discord refuses, remember to answer in the channel."""
        if thread.surface is not Surface.THREAD or self._places.knows(thread.id) or thread.id in self._chained:
            return
        answer = await self._rest.send(
            "POST",
            f"/channels/{thread.channel}/messages/{thread.id}/threads",
            body={"name": name, "auto_archive_duration": 4320},
            key=BudgetKey(Operation.OPEN_THREAD.value, thread.channel),
        )
        if answer.ok:
            self._places.learn_channel(answer.body)
        elif answer.code in REFUSES_THREADS:
            self._chain(thread)
        elif answer.code not in OPEN_OR_ELSEWHERE:
            raise failure(answer)

    async def post(self, thread: ThreadRef, content: str, marker: str, file: File | None = None) -> MessageRef:
        """Post a message where the thread is, or below the question where that cannot be."""
        answer = await self._create(thread, content, marker, file)
        closed = answer.code == Code.UNKNOWN_CHANNEL and await self._chain_if_closed(thread)
        if closed or (answer.code in NOT_ALLOWED and await self._chain_if_refused(thread)):
            answer = await self._create(thread, content, marker, file)
        body = answer.result()
        ref = MessageRef(thread, message_id(body["channel_id"], body["id"]))
        self._markers.seen(ref.id, marker)
        return ref

    async def edit(self, ref: MessageRef, content: str) -> None:
        """Replace the text of a message."""
        body = {"content": content, "allowed_mentions": NO_PINGS}
        (await self._change("PATCH", Operation.EDIT, ref, body)).result()

    async def delete(self, ref: MessageRef) -> None:
        """Delete a message; gone already is success."""
        answer = await self._change("DELETE", Operation.DELETE, ref)
        if not answer.ok and not isinstance(error := failure(answer), Gone):
            raise error

    async def open_direct(self, user: str) -> str:
        """The channel of the direct conversation with a person."""
        key = BudgetKey(Operation.OPEN_DIRECT.value)
        opened = await self._rest.call("POST", "/users/@me/channels", body={"recipient_id": user}, key=key)
        self._places.learn_channel(opened)
        return str(opened["id"])

    async def typing(self, thread: ThreadRef) -> None:
        """Show for ten seconds that the bot writes (Discord: Trigger Typing Indicator)."""
        channel, _ = self._target(thread)
        key = BudgetKey(Operation.ACTIVITY.value, room(thread))
        await self._rest.call("POST", f"/channels/{channel}/typing", key=key)

    async def find(
        self, thread: ThreadRef, marker: str, since: datetime | None, others: Collection[MessageId]
    ) -> MessageRef | None:
        """The message that was posted with `marker`.

        None when no other message of ours can be the one, or when one so young can that posting again with the same
        marker gives that very message; Unprovable when an older one can.
        """
        mine = [] if self._markers.message(marker) else await self._mine(thread)
        mine = [message for message in mine if message not in others]
        known = self._markers.message(marker)  # again: the echo of a post may have come meanwhile
        if known is not None:
            return MessageRef(thread, known)
        doubtful = self._markers.doubtful(marker, mine, since)
        if doubtful:
            raise Unprovable(f"Discord does not tell the markers of {len(doubtful)} messages of the bot there")
        return None

    def heard(self, data: Mapping[str, Any]) -> None:
        """The gateway tells of a message of ours; only here and in the response does Discord tell its nonce."""
        if "nonce" in data:
            self._markers.seen(message_id(data["channel_id"], data["id"]), str(data["nonce"]))

    async def _change(
        self, method: str, operation: Operation, ref: MessageRef, body: Mapping[str, Any] | None = None
    ) -> Answer:
        """Edit or delete a message. A thread that was archived meanwhile is woken for it, as a post does by itself."""
        channel, message = split(ref.id)
        path, key = f"/channels/{channel}/messages/{message}", BudgetKey(operation.value, room(ref.thread))
        answer = await self._rest.send(method, path, body=body, key=key)
        if answer.code != Code.ARCHIVED:
            return answer
        await self._admit((GLOBAL,))
        woken = await self._rest.send("PATCH", f"/channels/{channel}", body={"archived": False})
        if not woken.ok:
            return answer
        await self._admit((GLOBAL, key))
        return await self._rest.send(method, path, body=body, key=key)

    async def _create(self, thread: ThreadRef, content: str, marker: str, file: File | None) -> Answer:
        channel, question = self._target(thread)
        self._markers.trying(marker)
        body: dict[str, Any] = {
            "content": content,
            "nonce": marker,
            "enforce_nonce": True,
            "allowed_mentions": NO_PINGS,
            "flags": SUPPRESS_EMBEDS,
        }
        if question is not None:
            body["message_reference"] = {"message_id": question, "fail_if_not_exists": False}
        path, key = f"/channels/{channel}/messages", BudgetKey(Operation.POST.value, room(thread))
        answer = await self._rest.send("POST", path, body=body, key=key, file=file)
        if answer.code == Code.NO_REPLY_WITHOUT_HISTORY:
            del body["message_reference"]
            await self._admit((GLOBAL, key))
            answer = await self._rest.send("POST", path, body=body, key=key, file=file)
        return answer

    def _target(self, thread: ThreadRef) -> tuple[str, str | None]:
        """The channel to post in, and the message to answer there."""
        if thread.surface is Surface.CHANNEL or thread.id in self._chained:
            return thread.channel, thread.id
        return thread.id, None

    async def _chain_if_closed(self, thread: ThreadRef) -> bool:
        """Whether the thread was never opened on its question, which is there: then the answers go below that.

        Asked of Discord, so that it holds after a restart, and so that a thread which a moderator deleted is not
        continued in the channel.
        """
        if thread.surface is not Surface.THREAD:
            return False
        await self._admit((GLOBAL,))
        answer = await self._rest.send("GET", f"/channels/{thread.channel}/messages/{thread.id}")
        unseen = answer.code in NOT_ALLOWED
        if not unseen and (not answer.ok or answer.body.get("thread") or answer.body.get("flags", 0) & HAS_THREAD):
            return False
        self._chain(thread)
        return True

    async def _chain_if_refused(self, thread: ThreadRef) -> bool:
        """Whether the question is in a channel where it can be answered, though not in its thread.

        Only a public thread begins with a message of its channel, so nothing private comes to be read there.
        """
        if thread.surface is not Surface.THREAD or thread.id in self._chained:
            return False
        await self._admit((GLOBAL,))
        if not (await self._rest.send("GET", f"/channels/{thread.channel}/messages/{thread.id}")).ok:
            return False
        self._chain(thread)
        return True

    def _chain(self, thread: ThreadRef) -> None:
        """From now on answer below the question, in its channel."""
        self._chained[thread.id] = None
        limit(self._chained)

    async def _mine(self, thread: ThreadRef) -> list[MessageId]:
        """The newest messages of ours in a conversation, of a page of messages; none where it has no place yet."""
        channel, question = self._target(thread)
        key = BudgetKey(Operation.HISTORY.value, room(thread))
        answer = await self._rest.send("GET", f"/channels/{channel}/messages", query={"limit": "100"}, key=key)
        if answer.code == Code.UNKNOWN_CHANNEL:
            return await self._mine(thread) if await self._chain_if_closed(thread) else []
        mine = [data for data in answer.result() if data["author"]["id"] == self._places.me]
        if question is not None:  # the channel has the answers of other conversations too
            mine = [data for data in mine if (data.get("message_reference") or {}).get("message_id") == question]
        return [message_id(channel, data["id"]) for data in mine]
