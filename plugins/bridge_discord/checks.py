"""What `bridge check --live` looks at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from bridge import Check, InstanceFailed, PlatformError
from bridge_discord.invite import link, missing
from bridge_discord.rest import Rest

READS_CONTENT = (1 << 18) | (1 << 19)
"""Application flags GATEWAY_MESSAGE_CONTENT and GATEWAY_MESSAGE_CONTENT_LIMITED."""


async def check(rest: Rest, channels: Sequence[str]) -> AsyncIterator[Check]:
    """Every line that there is to say; stops at the token when that is refused."""
    try:
        me = await rest.call("GET", "/users/@me")
        application = await rest.call("GET", "/applications/@me")
        guilds = await rest.call("GET", "/users/@me/guilds")
    except InstanceFailed:
        yield Check(ok=False, what="token", remedy="reset it in the developer portal, page Bot, and store the new one")
        return
    except PlatformError as error:
        yield Check(ok=False, what="Discord", remedy=f"it cannot be asked: {error}")
        return
    yield Check(ok=True, what=f"token of @{me['username']}")
    yield _content(application)
    for line in _servers(application["id"], guilds):
        yield line
    found = await _channels(rest, guilds) if any(not name.isdecimal() for name in channels) else []
    for name in channels:
        yield await _channel(rest, name, found)


def _content(application: Mapping[str, Any]) -> Check:
    return Check(
        ok=bool(application.get("flags", 0) & READS_CONTENT),
        what="Message Content intent",
        remedy="switch it on in the developer portal, page Bot; without it follow-ups must mention the bot",
    )


def _servers(application: str, guilds: Sequence[Mapping[str, Any]]) -> list[Check]:
    invite = link(application)
    if not guilds:
        return [Check(ok=False, what="servers", remedy=f"the bot is in none; invite it: {invite}")]
    lines = []
    for guild in guilds:
        lacks = missing(int(guild.get("permissions", 0)))
        remedy = f"give its role {', '.join(lacks)}, or invite it again: {invite}" if lacks else ""
        lines.append(Check(ok=not lacks, what=f"permissions in {guild['name']}", remedy=remedy))
    return lines


async def _channels(rest: Rest, guilds: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for guild in guilds:
        try:
            found += await rest.call("GET", f"/guilds/{guild['id']}/channels")
        except PlatformError:
            continue  # its channels are then reported as not found
    return found


async def _channel(rest: Rest, name: str, found: Sequence[Mapping[str, Any]]) -> Check:
    if not name.isdecimal():
        ok = any(channel.get("name") == name.removeprefix("#") for channel in found)
        return Check(
            ok=ok, what=f"channel {name}", remedy="" if ok else "no server of the bot has it, or it may not see it"
        )
    try:
        await rest.call("GET", f"/channels/{name}")
    except PlatformError as error:
        return Check(ok=False, what=f"channel {name}", remedy=f"let the bot view it, or correct the id ({error})")
    return Check(ok=True, what=f"channel {name}")
