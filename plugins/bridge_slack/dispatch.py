"""From an envelope to `deliver`: bolt's middleware, then our own in which an event becomes durable.

Bolt acknowledges what reaches a listener before the listener has run, so events are delivered in a middleware: its
answer is the acknowledgement.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bridge import Deliver, Event, InstanceName, PlatformError, StoreError
from bridge_slack import inbound
from bridge_slack.directory import Directory
from bridge_slack.inbound import Identity

log = structlog.get_logger(__name__)

# Bolt warns of every token that it finds in the environment and that it is not to use: the usual way to give us ours.
_bolt_log = logging.getLogger(f"{__name__}.bolt")
_bolt_log.setLevel(logging.ERROR)

_TAKEN = 200
_AGAIN = 503
"""Any status but 200 leaves the envelope unacknowledged."""
NEARLY_GIVEN_UP = 2
"""Slack brings an event again at once, after a minute and after five, and then no more (Events API: Retries)."""


class Dispatcher:
    """Handles the envelopes of one app.

    `uninstalled` is called when Slack says that the app was removed, `saw` with the fields of each message of a person,
    `missed` when Slack may not bring an event again that could not be taken.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        me: Identity,
        directory: Directory,
        deliver: Deliver,
        uninstalled: Callable[[], Awaitable[None]],
        *,
        instance: InstanceName,
        agent: bool,
        saw: Callable[[Mapping[str, Any]], None],
        missed: Callable[[], None],
    ) -> None:
        self._me = me
        self._directory = directory
        self._deliver = deliver
        self._uninstalled = uninstalled
        self._instance = instance
        self._agent = agent
        self._saw = saw
        self._missed = missed
        self._app = AsyncApp(
            name="bridge",
            logger=_bolt_log,
            client=client,
            authorize=_authorize(me),
            request_verification_enabled=False,
            # What the bot says is left out in `inbound`; that somebody deletes it must be heard.
            ignoring_self_events_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        self._app.use(self._ingest)

    async def handle(self, envelope: Mapping[str, Any]) -> bool:
        """Take one envelope; True when it may be acknowledged. Never raises."""
        request = AsyncBoltRequest(mode="socket_mode", body=dict(envelope.get("payload") or {}))
        taken = (await self._app.async_dispatch(request)).status == _TAKEN
        if not taken and envelope.get("retry_attempt", 0) >= NEARLY_GIVEN_UP:
            self._missed()
        return taken

    async def _ingest(self, body: dict[str, Any], next_: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        if body.get("type") != "event_callback":
            log.info("slack.payload_not_handled", type=body.get("type") or body.get("command"))
            await next_()
            return None
        return BoltResponse(status=_TAKEN if await self._take(body) else _AGAIN)

    async def _take(self, body: dict[str, Any]) -> bool:
        if (body.get("event") or {}).get("type") in {"app_uninstalled", "tokens_revoked"}:
            await self._uninstalled()
            return True
        try:
            event = await self._event(body)
        except PlatformError as error:
            log.warning("slack.event_refused_for_now", reason=str(error))
            return False
        except (KeyError, TypeError, ValueError) as error:
            # It would be as unreadable the next time.
            log.warning("slack.event_not_understood", id=body.get("event_id"), error=repr(error))
            return True
        return event is None or await self._durable(event)

    async def _event(self, body: dict[str, Any]) -> Event | None:
        if (stop := inbound.stopped(body, self._me, self._instance)) is not None:
            return stop
        subject = inbound.read(body, self._me)
        if subject is None:
            return None
        self._saw(subject.message)
        names = await self._directory.names(subject.channel, subject.users - {self._me.bot_user})
        return inbound.build(subject, self._me, names, self._instance, agent=self._agent)

    async def _durable(self, event: Event) -> bool:
        try:
            await self._deliver(event)
        except StoreError as error:
            log.error("slack.event_not_stored", reason=str(error))
            return False
        return True


def _authorize(me: Identity) -> Callable[[], Awaitable[AuthorizeResult]]:
    """Bolt asks for each event whose it is; one answer serves them all, without a call to auth.test."""
    who = AuthorizeResult(enterprise_id=None, team_id=me.workspace, bot_id=me.bot_id, bot_user_id=me.bot_user)

    async def authorize() -> AuthorizeResult:  # a function: bolt cannot call a method
        return who

    return authorize
