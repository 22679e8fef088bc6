"""What a person's message asks of the bridge, and what is asked upstream. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from bridge import notices
from bridge.model import Message


class Wish(Enum):
    """What a message is for."""

    ANSWER = "answer"
    """The chatbot's answer."""
    NEW = "new"
    STOP = "stop"
    HELP = "help"
    NOTHING = "nothing"
    """It has no words: only files, or a text that the platform withheld."""


_WORDS = {"new": Wish.NEW, "stop": Wish.STOP, "help": Wish.HELP}


def wish(message: Message) -> Wish:
    """What `message` is for. A bare mention asks for help."""
    text = message.text.strip()
    if text:
        return _WORDS.get(text.casefold(), Wish.ANSWER)
    return Wish.NOTHING if message.attachments or message.withheld else Wish.HELP


def contents(messages: Sequence[Message], *, show_author: bool) -> list[str]:
    """What is sent to the chatbot: each text verbatim, with its author before it where the route asks for that."""
    if show_author:
        return [f"{message.author.name}: {message.text}" for message in messages]
    return [message.text for message in messages]


def unread(messages: Sequence[Message]) -> str | None:
    """What to say about files that came with `messages`; None when there were none."""
    names = [attachment.name for message in messages for attachment in message.attachments]
    return notices.FILE_NOT_READ.format(names=", ".join(names)) if names else None
