"""What a session's own messages prove about a question of ours. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.chatbot import Sender, SessionMessage


@dataclass(frozen=True, slots=True)
class Evidence:
    """`arrived`: the service has the question. `answer`: the chatbot's messages to it, oldest first."""

    arrived: bool
    answer: tuple[SessionMessage, ...] = ()

    @property
    def complete(self) -> bool:
        """True when there is an answer and no message of it is still being written."""
        return bool(self.answer) and all(message.complete for message in self.answer)


def examine(
    messages: Sequence[SessionMessage], question: Sequence[str], *, sent_before: int, last_seen: str | None
) -> Evidence:
    """Look for `question` among the messages that came after what was known before it was sent.

    `sent_before` counts the user messages that we had sent to the session earlier; `last_seen` is the last message of
    the chatbot that we had seen. Holds when others post to the session too, and when the service does not list
    what users wrote: then a new message of the chatbot is the proof.
    """
    after = _after(messages, sent_before, last_seen)
    wanted = {text.strip() for text in question}
    found = [i for i, m in enumerate(after) if m.sender is Sender.USER and m.text.strip() in wanted]
    if found:
        return Evidence(True, _answer(after[found[-1] + 1 :]))
    if not any(m.sender is Sender.USER for m in messages):
        answer = _answer(after)
        return Evidence(bool(answer), answer)
    return Evidence(False)


def _after(messages: Sequence[SessionMessage], sent_before: int, last_seen: str | None) -> Sequence[SessionMessage]:
    for index, message in enumerate(messages):
        if message.id == last_seen:
            return messages[index + 1 :]
    users = [i for i, m in enumerate(messages) if m.sender is Sender.USER]
    if sent_before and len(users) >= sent_before:
        return messages[users[sent_before - 1] + 1 :]
    return messages


def _answer(messages: Sequence[SessionMessage]) -> tuple[SessionMessage, ...]:
    """The chatbot's messages up to the next question of anybody."""
    answer = []
    for message in messages:
        if message.sender is Sender.USER:
            break
        answer.append(message)
    return tuple(answer)
