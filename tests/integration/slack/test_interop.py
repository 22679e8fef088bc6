"""The stock clients of slack-bolt and slack-sdk against the fake Slack: it speaks their protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bridge.testing import eventually
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.view import Shown


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as http:
        yield AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=http, retry_handlers=[])


def answer_to(slack: FakeSlack, asked: Shown) -> Shown | None:
    """The bot's first message in the thread of a question."""
    shown = slack.shown(f"{asked.room}:{asked.id}")
    return next((message for message in shown if message.bot), None)


async def test_bolt_hears_a_mention_and_says_something_back(slack: FakeSlack, client: AsyncWebClient) -> None:
    app = AsyncApp(client=client, request_verification_enabled=False, name="interop")

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any], say: Any) -> None:
        await say(text=f"You said: {event['text']}", thread_ts=event["ts"])

    @app.event("message")
    async def ignored() -> None:
        """Acknowledges the twin of the mention."""

    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        asked = await slack.say(slack.room("general"), f"{slack.bot_mention} hello")
        answer = await eventually(lambda: answer_to(slack, asked))
        await eventually(lambda: slack.unacked == 0)
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
    assert answer is not None
    assert answer.text == "You said: @bridge hello"
    assert slack.sockets.lost == []


async def test_the_sdk_posts_updates_and_deletes(slack: FakeSlack, client: AsyncWebClient) -> None:
    room = slack.room("help")
    posted = await client.chat_postMessage(channel=room, blocks=[{"type": "markdown", "text": "**a**"}], text="a")
    await client.chat_update(channel=room, ts=str(posted["ts"]), text="b")
    [shown] = slack.shown(room)
    assert (shown.text, shown.edits) == ("b", 1)
    await client.chat_delete(channel=room, ts=str(posted["ts"]))
    assert slack.shown(room) == []


async def test_the_sdk_reads_conversations(slack: FakeSlack, client: AsyncWebClient) -> None:
    room = slack.room("help")
    first = await slack.say(room, "one")
    await slack.say(f"{room}:{first.id}", "two")
    names = [channel["name"] async for page in await client.conversations_list(limit=2) for channel in page["channels"]]
    replies = await client.conversations_replies(channel=room, ts=first.id)
    history = await client.conversations_history(channel=room)
    user = await client.users_info(user=str(replies["messages"][0]["user"]))
    assert names == ["general", "help", "random"]
    assert [message["text"] for message in replies["messages"]] == ["one", "two"]
    assert [message["text"] for message in history["messages"]] == ["one"]
    assert user["user"]["profile"]["display_name"] == "Ada"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda c, s: c.chat_postMessage(channel="C0NOWHERE", text="x"), "channel_not_found"),
        (lambda c, s: c.chat_postMessage(channel=s.workspace.add_channel("far").id, text="x"), "not_in_channel"),
        (lambda c, s: c.api_call("chat.postMessage", json={"channel": s.room("help")}), "no_text"),
        (lambda c, s: c.chat_postMessage(channel=s.room("help"), text="x", thread_ts="1.2"), "thread_not_found"),
        (
            lambda c, s: c.chat_postMessage(
                channel=s.room("help"), text="x", blocks=[{"type": "markdown", "text": "x" * 12_001}]
            ),
            "msg_too_long",
        ),
        (lambda c, s: c.chat_postMessage(channel=s.room("help"), text="x", blocks=[{"type": "y"}]), "invalid_blocks"),
        (lambda c, s: c.chat_update(channel=s.room("help"), ts="1.2", text="x"), "message_not_found"),
        (lambda c, s: c.api_call("chat.nothing"), "unknown_method"),
    ],
)
async def test_it_refuses_what_slack_refuses(slack: FakeSlack, client: AsyncWebClient, call: Any, error: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        await call(client, slack)
    assert refused.value.response["error"] == error


async def test_nobody_can_change_what_a_person_wrote(slack: FakeSlack, client: AsyncWebClient) -> None:
    room = slack.room("help")
    written = await slack.say(room, "mine")
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await client.chat_update(channel=room, ts=written.id, text="yours")
