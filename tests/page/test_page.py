"""The page in a real browser, with a bot that a test speaks for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from bridge_sandbox.page import BridgeState
from bridge_sandbox.page import Page as Server
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.wire import Direction
from tests.page.bot import Bot

pytestmark = pytest.mark.asyncio(loop_scope="session")  # that of the browser

Open = Callable[..., Any]


@pytest_asyncio.fixture(loop_scope="session")
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with aiohttp.ClientSession() as http:
        yield Bot(sandbox, http)


async def test_what_is_typed_is_shown_and_is_on_the_platform(open_window: Open, sandbox: Sandbox) -> None:
    window = await open_window()

    for pane in ("slack", "discord"):
        await window.say(pane, "good morning")
        await expect(window.messages(pane)).to_contain_text(["good morning"])
        await expect(window.pane(pane).get_by_role("textbox")).to_have_value("")

    general = sandbox.slack.room("general")
    assert [shown.text for shown in sandbox.slack.shown(general)] == ["good morning"]


async def test_the_mention_button_and_the_tab_key_write_the_mention(open_window: Open) -> None:
    window = await open_window()
    box = window.pane("slack").get_by_role("textbox")

    await window.pane("slack").get_by_role("button", name="Mention the bot").click()
    await expect(box).to_have_value("@bridge ")
    await box.fill("")
    await box.press_sequentially("hey @br")
    await box.press("Tab")

    await expect(box).to_have_value("hey @bridge ")
    await expect(box).to_be_focused()


async def test_a_suggestion_asks_the_bot(open_window: Open) -> None:
    window = await open_window()

    await window.pane("slack").get_by_role("button", name="Hello, are you there?").click()

    await expect(window.pane("slack").get_by_role("textbox")).to_have_value("@bridge Hello, are you there?")


async def test_a_thread_that_answers_opens_and_grows_with_its_edits_marked(
    open_window: Open, sandbox: Sandbox, bot: Bot
) -> None:
    window = await open_window()
    await window.say("slack", "@bridge hello")
    await expect(window.messages("slack")).to_have_count(1)
    general = sandbox.slack.room("general")
    question = sandbox.slack.shown(general)[0].id

    answer = await bot.slack("chat.postMessage", channel=general, thread_ts=question, text="You")
    await expect(window.messages("slack")).to_contain_text(["@bridge hello", "You"])
    await expect(window.messages("slack").last.get_by_text("(edited)")).to_be_hidden()
    await bot.slack("chat.update", channel=general, ts=answer, text="You said hello")

    last = window.messages("slack").last
    await expect(last.locator(".body")).to_have_text("You said hello")
    await expect(last.get_by_text("(edited)")).to_be_visible()
    await expect(last.get_by_text("writing…")).to_be_visible()
    await expect(last.get_by_text("writing…")).to_be_hidden()
    await expect(window.pane("slack").get_by_role("textbox")).to_be_focused()

    await window.page.keyboard.press("Escape")
    await expect(window.pane("slack").get_by_role("button", name="1 reply")).to_be_visible()


async def test_a_thread_on_discord_stands_in_the_sidebar(open_window: Open, sandbox: Sandbox, bot: Bot) -> None:
    window = await open_window()
    await window.say("discord", "@bridge how are you?")
    await expect(window.messages("discord")).to_have_count(1)
    general = next(room.id for room in sandbox.discord.rooms() if room.name == "general")
    question = sandbox.discord.shown(general)[0].id

    thread = await bot.discord("POST", f"/channels/{general}/messages/{question}/threads", name="how are you?")
    await bot.discord("POST", f"/channels/{thread}/messages", content="Very well.")

    await expect(window.room("discord", "how are you?")).to_have_attribute("aria-current", "page")
    await expect(window.messages("discord")).to_contain_text(["@bridge how are you?", "Very well."])
    await window.say("discord", "glad to hear it")
    await expect(window.messages("discord").last).to_contain_text("glad to hear it")
    assert sandbox.discord.shown(thread)[-1].text == "glad to hear it"


async def test_what_is_said_elsewhere_is_counted(open_window: Open, sandbox: Sandbox, bot: Bot) -> None:
    window = await open_window()

    for text in ("one", "two"):
        await bot.slack("chat.postMessage", channel=sandbox.slack.room("help"), text=text)

    await expect(window.room("slack", "#help, 2 new messages")).to_be_visible()
    await window.room("slack", "#help").click()
    await expect(window.messages("slack")).to_contain_text(["one", "two"])
    await expect(window.room("slack", "new messages")).to_have_count(0)


async def test_a_deleted_message_goes_away(open_window: Open, sandbox: Sandbox, bot: Bot) -> None:
    window = await open_window()
    general = sandbox.slack.room("general")
    message = await bot.slack("chat.postMessage", channel=general, text="wrong room")
    await expect(window.messages("slack")).to_have_count(1)

    await bot.slack("chat.delete", channel=general, ts=message)

    await expect(window.messages("slack")).to_have_count(0)


async def test_typing_is_shown_until_the_text_is_there(open_window: Open, sandbox: Sandbox, bot: Bot) -> None:
    window = await open_window()
    general = next(room.id for room in sandbox.discord.rooms() if room.name == "general")

    await bot.discord("POST", f"/channels/{general}/typing")
    await expect(window.pane("discord").get_by_text("bridge is typing…")).to_be_visible()
    await bot.discord("POST", f"/channels/{general}/messages", content="there")

    await expect(window.pane("discord").get_by_text("bridge is typing…")).to_be_hidden()


async def test_a_refusal_is_told_and_the_text_kept(open_window: Open) -> None:
    window = await open_window()

    await window.say("discord", "x" * 2001)

    await expect(window.pane("discord").get_by_role("alert")).to_contain_text("2000")
    await expect(window.pane("discord").get_by_role("textbox")).to_have_value("x" * 2001)
    window.complaints.clear()  # the browser notes the refused request


async def test_the_wire_shows_filters_and_opens(open_window: Open, sandbox: Sandbox) -> None:
    window = await open_window()
    rows = window.pane("wire").get_by_role("listitem")
    for index in range(3):
        sandbox.wire.record("vectorshift", Direction.TO_BRIDGE, "message_delta", f"word {index}", {"index": index})
    sandbox.wire.record("slack", Direction.FROM_BRIDGE, "chat.update", "so far", {"ts": "1.5"})

    await expect(rows).to_contain_text(["message_delta", "chat.update"])
    await expect(rows.first).to_contain_text("\N{MULTIPLICATION SIGN}3")
    await rows.first.locator("summary").click()
    await expect(rows.first.locator(".json")).to_have_text(
        [f'{{\n  "index": {index}\n}}' for index in range(3)], use_inner_text=True
    )

    await window.pane("wire").get_by_role("button", name="VectorShift").click()
    await expect(rows).to_contain_text(["chat.update"])
    await window.pane("wire").get_by_role("button", name="Pause").click()
    sandbox.wire.record("slack", Direction.TO_BRIDGE, "hello")
    await expect(window.pane("wire").get_by_role("button", name="Resume (1)")).to_be_visible()
    await expect(rows).to_have_count(1)
    await window.pane("wire").get_by_role("button", name="Resume").click()
    await expect(rows).to_have_count(2)


async def test_everything_can_be_reached_by_keyboard(open_window: Open, sandbox: Sandbox) -> None:
    window = await open_window()
    keyboard = window.page.keyboard
    sandbox.wire.record("slack", Direction.TO_BRIDGE, "hello", "", {"type": "hello"})
    sandbox.wire.record("discord", Direction.TO_BRIDGE, "READY", "", {"op": 0})
    await expect(window.pane("wire").locator("summary")).to_have_count(2)

    await keyboard.press("Control+k")
    await keyboard.type("discord #he")
    await keyboard.press("Enter")
    await expect(window.pane("discord").get_by_role("heading", name="#help")).to_be_visible()
    await expect(window.pane("discord").get_by_role("textbox")).to_be_focused()
    await keyboard.press("Alt+ArrowUp")
    await expect(window.pane("discord").get_by_role("heading", name="#general")).to_be_visible()
    await keyboard.press("F6")
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(window.pane("wire").locator("details[open]")).to_contain_text("READY")
    await keyboard.press("F6")
    await expect(window.pane("slack").get_by_role("textbox")).to_be_focused()
    await window.pane("slack").get_by_role("button", name="Mention the bot").focus()
    await keyboard.press("?")
    await expect(window.page.get_by_role("dialog", name="What is this?")).to_be_visible()
    await keyboard.press("Escape")
    await expect(window.page.get_by_role("dialog")).to_have_count(0)


async def test_a_phone_shows_one_pane_and_nothing_sticks_out(open_window: Open) -> None:
    window = await open_window(width=360, height=740, has_touch=True, is_mobile=True)
    panes = [window.pane(name) for name in ("slack", "discord", "wire")]

    for chosen, tab in zip(panes, ("Slack", "Discord", "Wire"), strict=True):
        await window.page.get_by_role("tab", name=tab).tap()
        for pane in panes:
            await expect(pane).to_be_visible(visible=pane is chosen)
        assert await window.page.evaluate("document.documentElement.scrollWidth") == 360

    await window.page.get_by_role("tab", name="Slack").tap()
    await window.page.get_by_role("button", name="Rooms of Slack").tap()
    await window.room("slack", "#help").tap()
    await expect(window.pane("slack").get_by_role("heading", name="#help")).to_be_visible()
    await expect(window.room("slack", "#help")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_texts_have_contrast(open_window: Open, sandbox: Sandbox, scheme: str) -> None:
    sandbox.wire.record("vectorshift", Direction.TO_BRIDGE, "message_delta", "a word", {})
    await sandbox.slack.say(sandbox.slack.room("general"), "@bridge `code` and [a link](https://example.org)")
    window = await open_window(color_scheme=scheme)

    weak = await window.page.evaluate(CONTRAST)

    assert weak == []


async def test_the_state_of_the_bridge_and_of_the_page_are_told(
    open_window: Open, server: Server, sandbox: Sandbox
) -> None:
    window = await open_window()
    status = window.page.locator("#status")

    for state, text in ((BridgeState.STARTING, "Bridge starting"), (BridgeState.CONNECTED, "Bridge connected")):
        server.show_bridge(state)
        await expect(status).to_have_text(text)
    await server.__aexit__(None, None, None)

    await expect(status).to_have_text("The demo does not answer")
    window.complaints.clear()  # the browser notes that the server is gone


CONTRAST = """() => {
    const parts = (color) => color.match(/[\\d.]+/g).map(Number);
    const over = ([r, g, b, a = 1], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
    const light = (rgb) => rgb.map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (element) => {
        if (element === null) return [255, 255, 255];
        return over(parts(getComputedStyle(element).backgroundColor), behind(element.parentElement));
    };
    const weak = [];
    for (const element of document.querySelectorAll("body *")) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
        const seen = element.checkVisibility({ opacityProperty: true });
        if (!own || !seen || element.closest("dialog, :disabled") !== null) continue;
        const back = behind(element);
        const [a, b] = [light(over(parts(getComputedStyle(element).color), back)), light(back)].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < 4.5) weak.push([element.className || element.tagName, element.textContent, ratio.toFixed(2)]);
    }
    return weak;
}"""
"""Visible texts whose contrast is below 4.5:1 (WCAG 2.2, 1.4.3 Contrast, level AA)."""
