"""Events as Slack writes them. Slack: Events API types `message` and `app_mention`. Pure."""

from __future__ import annotations

import time
from typing import Any

from bridge_sandbox.slack.text import rich_text
from bridge_sandbox.slack.workspace import Conversation, Posted, Workspace

Event = dict[str, Any]

TOMBSTONE = "This message was deleted."


def message_fields(workspace: Workspace, conversation: Conversation, message: Posted) -> Event:
    """A message as events and `conversations.*` show it."""
    fields: Event = {
        "type": "message",
        "user": message.user,
        "text": message.raw,
        "ts": message.ts,
        "team": workspace.id,
    }
    if message.user == workspace.bot.id:
        fields |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id, "blocks": message.blocks}
    else:
        fields |= {"client_msg_id": f"fake-{message.ts}", "blocks": rich_text(message.raw)}
    if message.thread_ts is not None:
        fields |= {"thread_ts": message.thread_ts, "parent_user_id": conversation.messages[message.thread_ts].user}
    elif message.replies:
        fields["thread_ts"] = message.ts
    if message.files:
        fields |= {"files": message.files, "subtype": "file_share", "upload": False}
    if message.broadcast:
        fields |= {"subtype": "thread_broadcast", "root": {"ts": message.thread_ts}}
    if message.tombstone:
        return fields | {"subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
    if message.edited_ts is not None:
        fields["edited"] = {"user": message.user, "ts": message.edited_ts}
    return fields


def posted(workspace: Workspace, conversation: Conversation, message: Posted) -> list[Event]:
    """The events of a new message: `message`, and `app_mention` besides where it mentions the bot."""
    place = {"channel": conversation.id, "event_ts": message.ts}
    fields = message_fields(workspace, conversation, message)
    events: list[Event] = [fields | place | {"channel_type": conversation.channel_type}]
    if (
        f"<@{workspace.bot.id}>" in message.raw
        and conversation.direct_with is None
        and message.user != workspace.bot.id
    ):
        mention = {key: value for key, value in fields.items() if key not in {"subtype", "root"}}
        events.insert(0, mention | place | {"type": "app_mention"})
    return events


def changed(workspace: Workspace, conversation: Conversation, before: Event, message: Posted) -> Event:
    """`message_changed`."""
    now = message_fields(workspace, conversation, message)
    return _about(conversation, workspace, "message_changed") | {"message": now, "previous_message": before}


def deleted(workspace: Workspace, conversation: Conversation, message: Posted) -> Event:
    """`message_deleted`."""
    before = message_fields(workspace, conversation, message)
    about = _about(conversation, workspace, "message_deleted")
    return about | {"deleted_ts": message.ts, "previous_message": before}


def callback(workspace: Workspace, event: Event) -> dict[str, Any]:
    """The event in the wrapper in which Slack delivers it. Slack: Events API, callback field overview."""
    return {
        "token": "verification-token",
        "team_id": workspace.id,
        "context_team_id": workspace.id,
        "context_enterprise_id": None,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.id,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def _about(conversation: Conversation, workspace: Workspace, subtype: str) -> Event:
    ts = workspace.new_ts()
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": conversation.id,
        "channel_type": conversation.channel_type,
        "ts": ts,
        "event_ts": ts,
    }
