"""The system's Chromium, and the sandbox with its page in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bridge_sandbox.demo.guides import GUIDES
from bridge_sandbox.page import Page as Server
from bridge_sandbox.sandbox import Sandbox

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

SECONDS = 1000.0
"""Playwright counts in milliseconds."""

expect.set_options(timeout=10 * SECONDS)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium for all tests. They are skipped where there is none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no Chromium here: none of {', '.join(PROGRAMS)} is on the path")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its own sandbox to root
        one = await playwright.chromium.launch(executable_path=program, args=arguments)
        yield one
        await one.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    """The three fakes."""
    async with Sandbox(word_seconds=0.01) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def server(sandbox: Sandbox) -> AsyncIterator[Server]:
    """The page's server, without a bridge."""
    async with Server(sandbox.people, sandbox.wire, guides=GUIDES) as one:
        yield one


class Window:
    """The page in a browser, as a person finds their way in it. What the browser complains of fails the test."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def pane(self, name: str) -> Locator:
        """The pane of Slack, of Discord, or the wire."""
        return self.page.locator(f"#pane-{name}")

    def room(self, pane: str, name: str) -> Locator:
        """A room of the sidebar."""
        return self.pane(pane).locator("nav").get_by_role("button", name=name)

    def messages(self, pane: str) -> Locator:
        """The messages that a pane shows."""
        return self.pane(pane).locator(".message")

    async def say(self, pane: str, text: str) -> None:
        """Type into a pane and send."""
        box = self.pane(pane).get_by_role("textbox")
        await box.fill(text)
        await box.press("Enter")


@pytest_asyncio.fixture(loop_scope="session")
async def open_window(browser: Browser, server: Server) -> AsyncIterator[Callable[..., object]]:
    """Opens a window: `await open_window(width=…, height=…, color_scheme=…)`, closed before the server stops."""
    windows: list[Window] = []

    async def open_one(*, width: int = 1440, height: int = 900, **options: object) -> Window:
        page = await browser.new_page(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        window = Window(page)
        windows.append(window)
        await page.goto(server.url)
        await page.locator(".room").first.wait_for(state="attached")
        return window

    yield open_one
    for window in windows:
        await window.page.close()
    assert [window.complaints for window in windows] == [[] for _ in windows]


@pytest.fixture
def pictures() -> Path | None:
    """Where pictures for the documentation are kept, when BRIDGE_PICTURES asks for it."""
    return Path(os.environ["BRIDGE_PICTURES"]) if "BRIDGE_PICTURES" in os.environ else None
