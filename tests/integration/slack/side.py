"""The adapter against the fake Slack, as the contract suite wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bridge import Message, MessageRef, Operation, Surface, ThreadRef
from bridge.testing.contracts import Failure
from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.slack import FakeSlack
from tests.integration.slack.adapter import Core, adapter

CALLS = {Operation.POST: "chat.postMessage", Operation.EDIT: "chat.update", Operation.DELETE: "chat.delete"}
FAILURES: dict[Failure, dict[str, Any]] = {
    Failure.RATE_LIMITED: {"status": 429, "retry_after": 2},
    Failure.DOWN: {"status": 503},
    Failure.CUT: {"action": Action.DROP_AFTER},
    Failure.FORBIDDEN: {"code": "not_in_channel"},
    Failure.GONE: {"code": "thread_not_found"},
}


class Side:
    """A person, the fake, and one adapter."""

    def __init__(self, fake: FakeSlack) -> None:
        self.fake = fake
        self.platform = adapter(fake, Core())

    async def ready(self) -> None:
        await self.fake.sockets.settled(2)

    async def say(
        self, text: str, *, mention: bool = False, direct: bool = False, thread: ThreadRef | None = None
    ) -> None:
        room = self._room(thread) if thread else self.fake.direct() if direct else self.fake.room("general")
        await self.fake.say(room, f"{self.fake.bot_mention} {text}" if mention else text)

    async def change(self, message: Message, text: str) -> None:
        mention = f"{self.fake.bot_mention} " if message.mentions_bot else ""
        await self.fake.edit(message.thread.channel, message.id, mention + text)

    async def delete(self, message: Message) -> None:
        await self.fake.delete(message.thread.channel, message.id)

    async def remove(self, ref: MessageRef) -> None:
        await self.fake.delete(ref.thread.channel, ref.id)

    def shown(self, thread: ThreadRef) -> Sequence[str]:
        return [message.text for message in self.fake.shown(self._room(thread)) if message.bot]

    def files(self, thread: ThreadRef) -> Sequence[bytes]:
        conversation = self.fake.workspace.conversations[thread.channel]
        shared = [file["id"] for message in conversation.thread(thread.id) for file in message.files]
        return [self.fake.files.uploads[one].content or b"" for one in shared]

    def mentions(self) -> Sequence[str]:
        ada = self.fake.workspace.person("Ada").id
        return [f"<@{ada}>", f"<@{ada}|ada>", "<!here>", "<!channel>", "<!everyone|all>", "@here", "@channel"]

    def pinged(self) -> Sequence[str]:
        return self.fake.pinged

    def fail(self, operation: Operation, failure: Failure) -> None:
        self.fake.faults.add(Fault(CALLS[operation], **FAILURES[failure]))

    async def refuse(self) -> None:
        self.fake.revoke()

    def _room(self, thread: ThreadRef) -> str:
        return f"{thread.channel}:{thread.id}" if thread.surface is Surface.THREAD else thread.channel
