"""Names of channels and people, looked up once and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from bridge import Clock, PlatformError, PlatformUnavailable, Rejected, within
from bridge_slack import ids
from bridge_slack.api import Api
from bridge_slack.inbound import Names

KEPT_SECONDS = 3600.0
"""How long a name is taken to be still right."""
REFUSED_SECONDS = 60.0
"""How long what Slack refused to tell is not asked for again."""
MOST_KEPT = 20_000
LOOK_UP_SECONDS = 1.5
"""How long an event waits for names: Slack sends it again after 3 seconds without an acknowledgement."""


class Directory:
    """What ids are called in one workspace."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._channels = _Kept(self._channel, clock)
        self._users = _Kept(self._user, clock)

    async def names(self, channel: str, users: Iterable[str]) -> Names:
        """What a channel and some people are called.

        Where Slack cannot say, they are called what they were called last. Raises PlatformError when that is unknown of
        the channel: routes decide by it, so that the event must come again. People are called by their id meanwhile.
        """
        people = [asyncio.ensure_future(self._person(user)) for user in users]
        try:
            name = None if ids.is_direct(channel) else await self._in_time(self._channels, channel)
            return Names(dict([await person for person in people]), name)
        finally:
            for person in people:
                person.cancel()

    async def close(self) -> None:
        """End the look-ups that nobody waits for any more."""
        await self._channels.close()
        await self._users.close()

    async def _person(self, user: str) -> tuple[str, str]:
        try:
            return user, await self._in_time(self._users, user) or user
        except PlatformError:
            return user, user

    async def _in_time(self, kept: _Kept, key: str) -> str | None:
        try:
            return await within(self._clock, LOOK_UP_SECONDS, kept.get(key))
        except (PlatformError, TimeoutError) as error:
            if (last := kept.last(key)) is not None:
                return last
            if isinstance(error, PlatformError):
                raise
            raise PlatformUnavailable("Slack took too long to tell a name") from None

    async def _channel(self, channel: str) -> str | None:
        answer = await self._api.read("conversations.info", channel=channel)
        name = (answer.get("channel") or {}).get("name")
        return str(name) if name else None

    async def _user(self, user: str) -> str | None:
        found = (await self._api.read("users.info", user=user)).get("user") or {}
        profile = found.get("profile") or {}
        return str(profile.get("display_name") or profile.get("real_name") or found.get("name") or "") or None


class _Kept:
    """Look-ups, each made once at a time. What Slack refuses to tell has no name."""

    def __init__(self, look_up: Callable[[str], Awaitable[str | None]], clock: Clock) -> None:
        self._look_up = look_up
        self._clock = clock
        self._known: dict[str, tuple[float, str | None]] = {}
        self._running: dict[str, asyncio.Task[str | None]] = {}

    def last(self, key: str) -> str | None:
        """The name as it was when it was looked up last, however long ago; None when that is not known."""
        return self._known.get(key, (0.0, None))[1]

    async def get(self, key: str) -> str | None:
        """The name. Given up by its caller, the look-up goes on for the next one."""
        until, name = self._known.get(key, (0.0, None))
        if self._clock.monotonic() < until:
            return name
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._fetch(key))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    async def close(self) -> None:
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _fetch(self, key: str) -> str | None:
        try:
            kept, name = await self._ask(key)
            while len(self._known) >= MOST_KEPT:
                del self._known[next(iter(self._known))]
            self._known[key] = (self._clock.monotonic() + kept, name)
            return name
        finally:
            del self._running[key]

    async def _ask(self, key: str) -> tuple[float, str | None]:
        try:
            return KEPT_SECONDS, await self._look_up(key)
        except Rejected:
            return REFUSED_SECONDS, None
