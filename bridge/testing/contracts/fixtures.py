"""What the suites of platforms have in common."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from bridge.model import ThreadRef
from bridge.platform import OpensThreads
from bridge.testing.contracts.sides import Inbox, PlatformSide


class PlatformFixtures:
    """An adapter that runs, and a thread on its platform."""

    @pytest.fixture
    def side(self) -> PlatformSide:
        """A fresh platform with one adapter that does not run yet; closed afterwards."""
        pytest.fail("the subclass must define the fixture 'side'")

    @pytest.fixture
    async def inbox(self, side: PlatformSide) -> AsyncIterator[Inbox]:
        """Where the running adapter delivers."""
        inbox = Inbox()
        running = asyncio.create_task(side.platform.run(inbox.deliver))
        await side.ready()
        yield inbox
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    @pytest.fixture
    async def thread(self, side: PlatformSide, inbox: Inbox) -> ThreadRef:
        """A thread that is ready to be posted in."""
        return await self.opened(side, inbox, "A question")

    async def opened(self, side: PlatformSide, inbox: Inbox, question: str) -> ThreadRef:
        """Ask something at the top of a channel; the thread for the answer."""
        await side.say(question, mention=True)
        message = await inbox.message()
        if isinstance(side.platform, OpensThreads):
            await side.platform.open_thread(message.thread, question)
        return message.thread
