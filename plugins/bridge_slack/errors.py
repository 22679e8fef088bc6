"""Slack's error codes to our errors. Pure. Slack: the errors on each method's page."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bridge import (
    Forbidden,
    Gone,
    InstanceFailed,
    MessageGone,
    NotEditable,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Rejected,
    StreamStopped,
    TooLong,
)

_RATE_LIMITED = {"ratelimited", "rate_limited"}
_FAILED = {
    "account_inactive",
    "app_setup_required",
    "forbidden_team",
    "invalid_auth",
    "not_allowed_token_type",
    "not_authed",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
    "two_factor_setup_required",
}
_BAD_BLOCKS = {"invalid_attachments", "invalid_blocks", "invalid_blocks_format"}
_TOO_LONG = {"msg_too_long", "msg_blocks_too_long", "msg_blocks_too_many"}
_GONE = {"cannot_reply_to_message", "channel_not_found", "thread_not_found"}
_NOT_EDITABLE = {
    "block_mismatch",
    "cant_delete_message",
    "cant_update_message",
    "edit_window_closed",
    "is_inactive",
    "message_not_owned_by_app",
}
_FORBIDDEN = {
    "access_denied",
    "ekm_access_denied",
    "external_channel_migrating",
    "is_archived",
    "missing_scope",
    "no_permission",
    "not_in_channel",
}
_MAYBE = {
    "fatal_error",
    "internal_error",
    "org_login_required",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
    "update_failed",
}


class StreamOpen(Rejected):
    """The message still grows; it must be stopped before it is edited."""


class StreamEnded(Rejected):
    """The message no longer grows: its time was over."""


class BlocksRefused(Rejected):
    """Slack does not take the blocks of a message."""


_KINDS: Sequence[tuple[Collection[str], type[Rejected | InstanceFailed]]] = (
    (_FAILED, InstanceFailed),
    (_BAD_BLOCKS, BlocksRefused),
    (_TOO_LONG, TooLong),
    (_GONE, Gone),
    ({"message_not_found"}, MessageGone),
    (_NOT_EDITABLE, NotEditable),
    (_FORBIDDEN, Forbidden),
    ({"streaming_state_conflict"}, StreamOpen),
    ({"message_not_in_streaming_state"}, StreamEnded),
    ({"stopped_by_user"}, StreamStopped),
)
_UNREACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""The request never left this machine."""


def from_slack(error: SlackApiError, method: str, *, writes: bool) -> PlatformError:
    """Slack answered, and refused. `writes`: the call changes something, and may have done so."""
    response = error.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    headers: Mapping[str, str] = getattr(response, "headers", {})
    data = getattr(response, "data", None)
    beside: Mapping[str, Any] = data if isinstance(data, dict) else {}
    code = str(beside.get("error") or "")
    said = f"Slack refused {method}: {code or f'HTTP {status}'}"
    if status == 429 or code in _RATE_LIMITED:
        return RateLimited(said, retry_after=_seconds(headers.get("Retry-After")))
    if code == "message_limit_exceeded":  # the workspace is out of its quota; Slack does not say until when
        return RateLimited(said, retry_after=60.0)
    if status >= 500 or code in _MAYBE or not code:
        return OutcomeUnknown(said) if writes else PlatformUnavailable(said)
    if code == "missing_scope":
        said += f" (the app lacks the scope {beside.get('needed')}: add it in the app's settings and reinstall the app)"
    return _of_code(code)(said)


def from_network(error: Exception, method: str, *, writes: bool) -> PlatformError:
    """Slack did not answer."""
    said = f"no answer from Slack to {method}: {type(error).__name__}"
    if writes and not isinstance(error, _UNREACHED):
        return OutcomeUnknown(said)
    return PlatformUnavailable(said)


NETWORK_ERRORS = (aiohttp.ClientError, asyncio.TimeoutError, OSError)
"""What the SDK lets through when the connection fails."""


def _of_code(code: str) -> type[Rejected | InstanceFailed]:
    if code.startswith("restricted_action"):
        return Forbidden
    for codes, kind in _KINDS:
        if code in codes:
            return kind
    return Rejected


def _seconds(header: str | None) -> float:
    """`Retry-After` in seconds; half a minute where Slack sends none, or none that is a number."""
    try:
        return max(0.0, float(header or 30))
    except ValueError:
        return 30.0
