"""How Slack's ids become ours.

A message's id is its `ts`. A thread's id is the `ts` of its root, and for the top level of a DM the DM's own id. The
surface says where answers go: `THREAD` below the root, `CHANNEL` and `DIRECT` at the top level.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge import ChannelId, InstanceName, MessageId, Surface, ThreadId, ThreadRef, WorkspaceId


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a message's conversation is or would begin; the fields are those of `Message`."""

    thread: ThreadRef
    in_thread: ThreadRef | None
    in_channel: ThreadRef | None
    starts: bool
    reply_to: MessageId | None


def is_direct(channel: str) -> bool:
    """Whether a conversation is a DM with the bot alone: their ids begin with D, in every kind of event."""
    return channel.startswith("D")


def place(
    instance: InstanceName, workspace: str, channel: str, ts: str, thread_ts: str | None, *, agent: bool
) -> Placement:
    """Where a message belongs. `agent`: the app is declared one, and Slack shows its DMs as threads."""

    def ref(thread_id: str, surface: Surface) -> ThreadRef:
        return ThreadRef(instance, WorkspaceId(workspace), ChannelId(channel), ThreadId(thread_id), surface)

    if thread_ts is not None and thread_ts != ts:
        return Placement(ref(thread_ts, Surface.THREAD), None, None, False, MessageId(thread_ts))
    below = ref(ts, Surface.THREAD)
    beside = ref(channel, Surface.DIRECT) if is_direct(channel) else ref(ts, Surface.CHANNEL)
    chosen = beside if is_direct(channel) and not agent else below
    return Placement(chosen, below, beside, True, None)


def direct(thread: ThreadRef, channel: str) -> ThreadRef:
    """The top level of a DM with somebody who wrote in `thread`."""
    return ThreadRef(thread.instance, thread.workspace, ChannelId(channel), ThreadId(channel), Surface.DIRECT)


def root(thread: ThreadRef) -> str | None:
    """The `thread_ts` with which a message is posted in `thread`; None at the top level."""
    return thread.id if thread.surface is Surface.THREAD else None
