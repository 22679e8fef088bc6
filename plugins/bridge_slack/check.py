"""What `bridge check --live` says about a Slack app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from bridge import Check, Gone, InstanceFailed, PlatformError
from bridge_slack.api import Api
from bridge_slack.manifest import SCOPES

_SETTINGS = "https://api.slack.com/apps"


async def check(api: Api, channels: Sequence[str]) -> AsyncIterator[Check]:
    """Tokens, scopes, then each of `channels`, an id or a `#name`."""
    try:
        who = await api.read("auth.test")
    except PlatformError as error:
        yield Check(False, f"bot token: {error}", _token_remedy(error, "bot_token", "OAuth & Permissions (xoxb-…)"))
        return
    bot = str(who.get("user"))
    yield Check(True, f"bot token: @{bot} in the workspace {who.get('team')}")
    yield await _app_token(api)
    yield await _scopes(api)
    if channels:
        async for line in _channels(api, channels, bot):
            yield line


async def _app_token(api: Api) -> Check:
    try:
        await api.ticket()
    except PlatformError as error:
        where = "Basic Information, App-Level Tokens (xapp-…), with the scope connections:write"
        return Check(False, f"app token: {error}", _token_remedy(error, "app_token", where))
    return Check(True, "app token: Socket Mode can be used")


async def _scopes(api: Api) -> Check:
    try:
        missing = sorted(SCOPES.keys() - await api.scopes())
    except PlatformError as error:
        return Check(False, f"scopes: {error}", "try again")
    if missing:
        lacking = "; ".join(f"{scope} (to {SCOPES[scope]})" for scope in missing)
        return Check(
            False, f"scopes: missing {lacking}", f"add them under OAuth & Permissions at {_SETTINGS}, then reinstall"
        )
    return Check(True, "scopes: all there")


async def _channels(api: Api, channels: Sequence[str], bot: str) -> AsyncIterator[Check]:
    names = [channel for channel in channels if channel.startswith("#")]
    try:
        found = await _by_name(api) if names else {}
    except PlatformError as error:
        yield Check(False, f"channels: {error}", "see the scopes above")
        return
    for channel in channels:
        try:
            known = found.get(channel[1:]) if channel in names else await _by_id(api, channel)
        except PlatformError as error:
            yield Check(False, f"channel {channel}: {error}", "see the scopes above")
            continue
        if known is None:
            remedy = f"mind the spelling; the bot sees a private channel only once it is in it: /invite @{bot} there"
            yield Check(False, f"channel {channel}: not found", remedy)
        elif not known.get("is_member") and not known.get("is_im"):
            yield Check(False, f"channel {channel}: the bot is not in it", f"write /invite @{bot} in the channel")
        else:
            yield Check(True, f"channel {channel}: found")


async def _by_name(api: Api) -> dict[str, Any]:
    """All channels that the bot can see. Slack: conversations.list, paged."""
    found: dict[str, Any] = {}
    cursor = ""
    while True:
        page = await api.read(
            "conversations.list",
            types="public_channel,private_channel",
            exclude_archived="true",
            limit="200",
            cursor=cursor,
        )
        found |= {str(channel["name"]): channel for channel in page["channels"]}
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return found


async def _by_id(api: Api, channel: str) -> Any:
    try:
        return (await api.read("conversations.info", channel=channel))["channel"]
    except Gone:
        return None


def _token_remedy(error: PlatformError, key: str, where: str) -> str:
    if isinstance(error, InstanceFailed):
        return f"put a valid token into {key}: {_SETTINGS}, your app, {where}"
    return "Slack cannot be reached: try again, or look at api_url and the network"
