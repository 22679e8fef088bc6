"""The page with the real bridge behind it: mention the bot on both platforms, and watch the answers being written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bridge_sandbox.demo.guides import GUIDES
from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.page import BridgeState
from bridge_sandbox.page import Page as Server
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.vectorshift.answers import echo_answer

pytestmark = pytest.mark.asyncio(loop_scope="session")  # that of the browser

Open = Callable[..., Any]


@pytest_asyncio.fixture(loop_scope="session")
async def bridge(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[BridgeProcess]:
    """The bridge, connected to both platforms."""
    process = BridgeProcess(sandbox.write_config(tmp_path), tmp_path / "bridge.log", sandbox.wire)
    await process.start()
    assert await process.connected(20), process.last_lines()
    yield process
    assert await process.stop() == 0, process.last_lines()


@pytest_asyncio.fixture(loop_scope="session")
async def server(sandbox: Sandbox, bridge: BridgeProcess) -> AsyncIterator[Server]:
    """The page, whose button restarts the bridge."""

    async def restart() -> None:
        await bridge.stop()
        await bridge.start()
        assert await bridge.connected(20), bridge.last_lines()

    async with Server(sandbox.people, sandbox.wire, guides=GUIDES, restart=restart) as one:
        one.show_bridge(BridgeState.CONNECTED)
        yield one


async def test_answers_are_written_in_both_panes(open_window: Open, pictures: Path | None) -> None:
    window = await open_window(width=1600, height=1000)

    for pane in ("slack", "discord"):
        await window.room(pane, "#help").click()
        await window.say(pane, "@bridge How does this work?")
        await expect(window.pane(pane).get_by_text("writing…").last).to_be_visible()
    if pictures is not None:
        await expect(window.messages("discord").last).to_contain_text("Who does what")
        await window.page.screenshot(path=pictures / "demo.png")

    for pane in ("slack", "discord"):
        await expect(window.messages(pane).first).to_contain_text("How does this work?")
        await expect(window.messages(pane).last).to_contain_text("to see how long texts are placed.")
    # In Slack messages grow, in Discord they are edited.
    await expect(window.pane("discord").locator(".message.bot").first.get_by_text("(edited)")).to_be_visible()
    if pictures is not None:
        for pane in ("slack", "discord"):
            await window.messages(pane).get_by_text("Who does what").first.scroll_into_view_if_needed()
        await window.page.screenshot(path=pictures / "demo-finished.png")
    wire = window.pane("wire")
    for kind in ("app_mention", "chat.appendStream", "MESSAGE_CREATE", "message_delta"):
        await expect(wire.get_by_text(kind, exact=True).first).to_be_attached()


async def test_a_thread_goes_on_after_the_restart_button(open_window: Open) -> None:
    window = await open_window()
    for pane in ("slack", "discord"):
        await window.say(pane, "@bridge hello")
        await expect(window.messages(pane).last.locator(".body")).to_have_text(shown("hello", 1), use_inner_text=True)

    await window.page.get_by_role("button", name="Restart").click()
    await expect(window.page.get_by_role("button", name="Restart")).to_be_enabled(timeout=30_000)

    for pane in ("slack", "discord"):
        await window.say(pane, "still there?")
        answer = window.messages(pane).last.locator(".body")
        await expect(answer).to_have_text(shown("still there?", 2), use_inner_text=True)


def shown(question: str, turn: int) -> str:
    """What a browser shows of the chatbot's answer."""
    return echo_answer(question, turn).replace("\n\n", "\n")
