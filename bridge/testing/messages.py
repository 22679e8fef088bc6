"""Messages of people as a platform in memory delivers them. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.model import (
    Author,
    ChannelId,
    EventId,
    InstanceName,
    Message,
    MessageId,
    Named,
    Surface,
    ThreadId,
    ThreadRef,
    UserId,
    WorkspaceId,
)

WORKSPACE = Named("W1", "workspace")


def in_channel(instance: InstanceName, channel: str, number: int) -> ThreadRef:
    """Where a conversation begins that the `number`-th message of a platform opens in a channel."""
    room = ChannelId(f"C-{channel}")
    return ThreadRef(instance, WorkspaceId(WORKSPACE.id), room, ThreadId(_message_id(number)))


def with_bot(instance: InstanceName, author: str) -> ThreadRef:
    """The direct conversation of a person with the bot."""
    room = f"D-{author}"
    return ThreadRef(instance, WorkspaceId(""), ChannelId(room), ThreadId(room), Surface.DIRECT)


def at_the_top(place: ThreadRef, number: int, author: str, text: str, at: datetime) -> Message:
    """The `number`-th message of a platform, which begins a conversation at `place`."""
    message = replace(in_thread(place, number, author, text, at), starts=True)
    if message.direct:
        return message
    return replace(message, in_thread=place, in_channel=replace(place, surface=Surface.CHANNEL))


def in_thread(thread: ThreadRef, number: int, author: str, text: str, at: datetime) -> Message:
    """The `number`-th message of a platform, in a conversation that exists."""
    return Message(
        event_id=EventId(f"E{number}"),
        id=_message_id(number),
        thread=thread,
        workspace=WORKSPACE if thread.workspace else Named(""),
        channel=Named(thread.channel, thread.channel.removeprefix("C-") if thread.workspace else None),
        author=Author(UserId(f"U-{author}"), author),
        text=text,
        sent_at=at,
        direct=thread.surface is Surface.DIRECT,
    )


def _message_id(number: int) -> MessageId:
    return MessageId(f"M{number:09}")
