"""The app manifest: what the bot asks a workspace for, and why. Slack: App manifest reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridge_slack.config import SlackTable

SCOPES: dict[str, str] = {
    "app_mentions:read": "hear when somebody mentions the bot",
    "channels:history": "read the messages of public channels it was invited to: follow-ups in its threads",
    "channels:read": "know the names of public channels, for routes such as #help",
    "chat:write": "post and edit its answers, show that it is at work",
    "files:read": "see that a message came with a file",
    "files:write": "attach the rest of an answer that is too long for a thread",
    "groups:history": "the same as channels:history in private channels",
    "groups:read": "the same as channels:read for private channels",
    "im:history": "read the direct messages that people send it",
    "im:read": "find the direct messages that people sent it while it was away",
    "im:write": "write directly to people whose thread takes no answer any more",
    "mpim:history": "the same as channels:history in group direct messages",
    "mpim:read": "the same as channels:read for group direct messages",
    "users:read": "know people's names, for @names in questions",
}
"""Each bot scope and what it is for."""

AGENT_SCOPES: dict[str, str] = {"assistant:write": "be declared an agent"}

EVENTS = (
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "tokens_revoked",
)


def needs(table: SlackTable) -> Mapping[str, str]:
    """The scopes that an app of this table must have, and what for."""
    return {f"scope {scope}": purpose for scope, purpose in (SCOPES | (AGENT_SCOPES if table.agent else {})).items()}


def manifest(*, name: str = "bridge", http: str | None = None, agent: bool = False) -> dict[str, Any]:
    """The manifest of an app for Socket Mode, or for events delivered to the URL `http`."""
    features: dict[str, Any] = {
        "app_home": {
            "home_tab_enabled": False,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": name, "always_online": True},
    }
    scopes = dict(SCOPES)
    if agent:
        features["agent_view"] = {"agent_description": "Answers your questions in a thread, as it writes."}
        scopes |= AGENT_SCOPES
    # Slack shows its Stop only where somebody listens to it.
    subscriptions: dict[str, Any] = {"bot_events": sorted([*EVENTS, "agent_session_stopped"] if agent else EVENTS)}
    if http is not None:
        subscriptions["request_url"] = http
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": name, "description": "Chatbots that answer in threads"},
        "features": features,
        "oauth_config": {"scopes": {"bot": sorted(scopes)}},
        "settings": {
            "event_subscriptions": subscriptions,
            "org_deploy_enabled": False,
            "socket_mode_enabled": http is None,
            "token_rotation_enabled": False,
        },
    }
