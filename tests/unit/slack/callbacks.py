"""Callbacks of the Events API in the shapes that Slack documents and sends."""

from __future__ import annotations

from typing import Any

from bridge_slack.inbound import Identity

ME = Identity(bot_user="U0BOT", bot_id="B0BOT", workspace="T0TEAM", workspace_name="Acme", bot_name="bridge")


def callback(event: dict[str, Any], **beside: Any) -> dict[str, Any]:
    """An event in its wrapper."""
    return {
        "token": "verification",
        "team_id": "T0TEAM",
        "context_team_id": "T0TEAM",
        "api_app_id": "A0APP",
        "event": event,
        "type": "event_callback",
        "event_id": "Ev0ONE",
        "event_time": 1_763_000_000,
        "authorizations": [{"enterprise_id": None, "team_id": "T0TEAM", "user_id": "U0BOT", "is_bot": True}],
        **beside,
    }


def written(text: str = "hello", **fields: Any) -> dict[str, Any]:
    """What a person wrote in a public channel."""
    return {
        "type": "message",
        "user": "U0ADA",
        "text": text,
        "ts": "1763000000.000100",
        "client_msg_id": "1c9a",
        "team": "T0TEAM",
        "channel": "C0HELP",
        "event_ts": "1763000000.000100",
        "channel_type": "channel",
        **fields,
    }


def changed(message: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """`message_changed`."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": "C0HELP",
        "channel_type": "channel",
        "ts": "1763000009.000100",
        "event_ts": "1763000009.000100",
        "message": message,
        "previous_message": before,
    }


def deleted(before: dict[str, Any]) -> dict[str, Any]:
    """`message_deleted`."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": "C0HELP",
        "channel_type": "channel",
        "ts": "1763000010.000100",
        "event_ts": "1763000010.000100",
        "deleted_ts": before["ts"],
        "previous_message": before,
    }
