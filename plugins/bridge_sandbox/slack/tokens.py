"""The tokens of the installed app, and what they allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bridge_sandbox.slack.errors import SlackRefusal

NEEDED: Mapping[str, str] = {
    "assistant.threads.setStatus": "chat:write",
    "chat.delete": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.appendStream": "chat:write",
    "chat.startStream": "chat:write",
    "chat.stopStream": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "channels:history",
    "conversations.info": "channels:read",
    "conversations.list": "channels:read",
    "conversations.members": "channels:read",
    "conversations.open": "im:write",
    "conversations.replies": "channels:history",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "team.info": "team:read",
    "users.conversations": "channels:read",
    "users.info": "users:read",
}
"""The scope that a method needs at least. Slack: each method's page."""

ALL_SCOPES = frozenset(NEEDED.values()) | {
    "app_mentions:read",
    "files:read",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "mpim:history",
    "mpim:read",
}


class Tokens:
    """A bot token with `scopes`, and an app token for Socket Mode."""

    def __init__(self, bot: str, app: str, scopes: Iterable[str]) -> None:
        self.bot = bot
        self.app = app
        self.scopes = frozenset(scopes)
        self.revoked = ""
        """The error with which both are refused, once they are."""

    def allow(self, token: str, method: str) -> frozenset[str]:
        """The scopes of a token that may call a method. Raises SlackRefusal where it may not."""
        if not token:
            raise SlackRefusal("not_authed")
        if token not in {self.bot, self.app}:
            raise SlackRefusal("invalid_auth")
        if self.revoked:
            raise SlackRefusal(self.revoked)
        if (token == self.app) != (method == "apps.connections.open"):
            raise SlackRefusal("not_allowed_token_type")
        needed = NEEDED.get(method)
        if needed is not None and needed not in self.scopes:
            raise SlackRefusal("missing_scope", needed=needed, provided=",".join(sorted(self.scopes)))
        return self.scopes
