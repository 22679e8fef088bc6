"""The table `[platforms.NAME]` of a Slack app."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import field_validator

from bridge import Duration, Secret, Table, secret


class SlackTable(Table):
    """One Slack app, installed in one workspace."""

    bot_token: Secret = secret("SLACK_BOT_TOKEN", "The bot token of the installed app (xoxb-…).")
    app_token: Secret = secret(
        "SLACK_APP_TOKEN", "The app-level token for Socket Mode (xapp-…), with the scope connections:write."
    )
    api_url: str = "https://slack.com/api/"
    """The address of Slack's Web API; another one for a proxy or the sandbox."""
    agent: bool = False
    """True when the app is declared an agent (`agent_view` in its manifest): a top-level DM begins a thread."""
    native_streams: bool = True
    """Lets answers in threads grow by Slack's own streaming where it has room; `false` shows them by edits only."""
    native_stream_age: Duration = timedelta(seconds=240)
    """How long one message grows before the answer goes on in another: Slack ends a stream after about five minutes,
    which it does not document."""

    @field_validator("api_url")
    @classmethod
    def _complete_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ValueError("an address begins with https:// (or http:// on this machine), then a host")
        return value.rstrip("/") + "/"
