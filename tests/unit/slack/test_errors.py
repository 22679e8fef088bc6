from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

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
    TooLong,
)
from bridge_slack.errors import BlocksRefused, from_network, from_slack


def refusal(
    code: str | None, *, status: int = 200, headers: dict[str, str] | None = None, **beside: Any
) -> SlackApiError:
    """What the SDK raises."""
    data = {"ok": False, "error": code, **beside} if code else {}
    response = AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="https://slack.test/api/x",
        req_args={},
        data=data,
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ratelimited", RateLimited),
        ("rate_limited", RateLimited),
        ("message_limit_exceeded", RateLimited),
        ("internal_error", OutcomeUnknown),
        ("fatal_error", OutcomeUnknown),
        ("service_unavailable", OutcomeUnknown),
        ("request_timeout", OutcomeUnknown),
        ("update_failed", OutcomeUnknown),
        ("msg_too_long", TooLong),
        ("msg_blocks_too_long", TooLong),
        ("message_not_found", MessageGone),
        ("thread_not_found", Gone),
        ("channel_not_found", Gone),
        ("cant_update_message", NotEditable),
        ("edit_window_closed", NotEditable),
        ("not_in_channel", Forbidden),
        ("is_archived", Forbidden),
        ("restricted_action", Forbidden),
        ("restricted_action_thread_locked", Forbidden),
        ("missing_scope", Forbidden),
        ("invalid_auth", InstanceFailed),
        ("not_authed", InstanceFailed),
        ("token_revoked", InstanceFailed),
        ("account_inactive", InstanceFailed),
        ("not_allowed_token_type", InstanceFailed),
        ("invalid_blocks", BlocksRefused),
        ("something_new", Rejected),
    ],
)
def test_each_code_has_its_error(code: str, error: type[PlatformError]) -> None:
    found = from_slack(refusal(code), "chat.update", writes=True)
    assert type(found) is error
    assert f"chat.update: {code}" in str(found)


def test_a_rate_limit_says_how_long() -> None:
    found = from_slack(refusal("ratelimited", status=429, headers={"Retry-After": "11"}), "chat.update", writes=True)
    assert isinstance(found, RateLimited)
    assert found.retry_after == 11


@pytest.mark.parametrize("header", [None, "soon", ""])
def test_a_rate_limit_without_a_number_waits_half_a_minute(header: str | None) -> None:
    headers = {} if header is None else {"Retry-After": header}
    found = from_slack(refusal(None, status=429, headers=headers), "chat.update", writes=True)
    assert isinstance(found, RateLimited)
    assert found.retry_after == 30


def test_a_missing_scope_is_named() -> None:
    found = from_slack(refusal("missing_scope", needed="users:read"), "users.info", writes=False)
    assert "users:read" in str(found)


@pytest.mark.parametrize(("writes", "error"), [(True, OutcomeUnknown), (False, PlatformUnavailable)])
def test_a_server_error_may_have_happened_where_something_is_written(writes: bool, error: type[PlatformError]) -> None:
    assert type(from_slack(refusal(None, status=503), "x", writes=writes)) is error
    assert type(from_network(aiohttp.ServerDisconnectedError(), "x", writes=writes)) is error
    assert type(from_network(TimeoutError(), "x", writes=writes)) is error


def test_what_never_left_this_machine_did_not_happen() -> None:
    key = ConnectionKey("slack.test", 443, True, True, None, None, None)
    unreached = aiohttp.ClientConnectorError(key, ConnectionRefusedError(111, "refused"))
    assert type(from_network(unreached, "chat.postMessage", writes=True)) is PlatformUnavailable
