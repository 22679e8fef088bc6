"""How a bot's turn becomes messages and frames."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridge_sandbox.vectorshift.sessions import FakeMessage, FakeSession

MOST_DELTAS = 300
"""A longer text is written several words at a time, so that it does not take minutes."""


class TurnStage:
    """One turn of one session as its bot plays it; see `chatbots.Stage`."""

    def __init__(self, session: FakeSession, question: str, earlier: Sequence[str]) -> None:
        self._session = session
        self.question = question
        self.earlier = earlier

    async def say(self, text: str, *, pace: float = 1.0, finish: bool = True, instead: str = "") -> None:
        """Write one message word by word; in the end it is `instead`, where that is given."""
        message = self._add({"type": "data_type_message", "value": "", "status": "Streaming"})
        for index, piece in enumerate(pieces(text)):
            message.content["value"] += piece
            self._session.emit({"type": "message_delta", "message_id": message.id, "value": piece, "index": index})
            await asyncio.sleep(self._session.word_seconds * pace)
        if finish:
            message.content |= {"status": "Complete", "value": instead or text}
            self._session.notify(message)

    async def use(self, tool: str) -> None:
        """Use a tool for as long as some words take."""
        message = self._add(
            {"type": "tool_call", "tool_name": tool, "tool_id": uuid.uuid4().hex[:12], "status": "Running"}
        )
        self._session.notify(message)
        await asyncio.sleep(self._session.word_seconds * 10)
        message.content["status"] = "Complete"
        self._session.notify(message)

    async def think(self, text: str) -> None:
        """Say something about the reasoning."""
        self._session.notify(self._add({"type": "thinking", "content": text, "summary": ""}))
        await asyncio.sleep(self._session.word_seconds * 5)

    async def ask(self, tool: str, fields: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Ask for approval and wait for it, however long that takes."""
        message = self._add({"type": "tool_call_approval", "tool_name": tool, "fields": dict(fields)})
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._session.approvals[message.id] = answer
        self._session.notify(message)
        self._session.set_status("AwaitingApproval")
        value = await answer
        self._session.set_status("Processing")
        return {**fields, **value["confirm"]} if isinstance(value.get("confirm"), dict) else None

    def fail(self, error: str) -> None:
        """Give up."""
        self._session.notify(self._add({"type": "error_message", "error": error}))

    def _add(self, content: dict[str, Any]) -> FakeMessage:
        bot = self._session.bot
        return self._session.add({"object_id": bot.id, "object_type": bot.kind}, content)


def pieces(text: str) -> list[str]:
    """`text` as it is streamed: word by word, several words at a time where there are many."""
    words = re.findall(r"\s*\S+\s*?(?=\s|$)|\s+", text)
    size = -(-len(words) // MOST_DELTAS) or 1
    return ["".join(words[start : start + size]) for start in range(0, len(words), size)]
