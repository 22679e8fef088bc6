"""What fails is told as what it is, and nothing is shown twice because of it."""

from __future__ import annotations

import asyncio

import pytest

from bridge.errors import Forbidden, Gone, InstanceFailed, OutcomeUnknown, PlatformUnavailable, RateLimited
from bridge.model import ThreadRef
from bridge.platform import FindsMarkers, Operation, Part
from bridge.testing.contracts.fixtures import PlatformFixtures
from bridge.testing.contracts.sides import Failure, Inbox, PlatformSide

# ruff: noqa: S101


class FailuresContract(PlatformFixtures):
    """What an adapter makes of a platform that does not do as it is asked."""

    async def test_a_rate_limit_says_how_long(self, side: PlatformSide, thread: ThreadRef) -> None:
        ref = await side.platform.post(thread, Part("Before"), "one")
        side.fail(Operation.EDIT, Failure.RATE_LIMITED)
        with pytest.raises(RateLimited) as edit:
            await side.platform.edit(ref, Part("After"))
        side.fail(Operation.POST, Failure.RATE_LIMITED)
        with pytest.raises(RateLimited) as post:
            await side.platform.post(thread, Part("More"), "two")
        assert edit.value.retry_after > 0
        assert post.value.retry_after > 0
        assert [text.strip() for text in side.shown(thread)] == ["Before"]

    async def test_a_platform_that_is_down_is_told_apart(self, side: PlatformSide, thread: ThreadRef) -> None:
        side.fail(Operation.POST, Failure.DOWN)
        with pytest.raises((PlatformUnavailable, OutcomeUnknown)):
            await side.platform.post(thread, Part("Words"), "one")
        assert not side.shown(thread)
        await side.platform.post(thread, Part("Words"), "one")
        assert len(side.shown(thread)) == 1

    async def test_a_cut_post_is_found_or_not_made_twice(self, side: PlatformSide, thread: ThreadRef) -> None:
        side.fail(Operation.POST, Failure.CUT)
        with pytest.raises(OutcomeUnknown):
            await side.platform.post(thread, Part("Words"), "one")
        if isinstance(side.platform, FindsMarkers):
            assert await side.platform.find(thread, "one") is not None
        else:
            await side.platform.post(thread, Part("Words"), "one")
        assert len(side.shown(thread)) == 1

    @pytest.mark.parametrize(("failure", "error"), [(Failure.FORBIDDEN, Forbidden), (Failure.GONE, Gone)])
    async def test_a_refusal_is_told_as_what_it_is(
        self, side: PlatformSide, thread: ThreadRef, failure: Failure, error: type[Exception]
    ) -> None:
        side.fail(Operation.POST, failure)
        with pytest.raises(error):
            await side.platform.post(thread, Part("Words"), "one")
        assert not side.shown(thread)

    async def test_refused_credentials_end_the_instance(self, side: PlatformSide) -> None:
        await side.refuse()
        async with asyncio.timeout(10):
            with pytest.raises(InstanceFailed):
                await side.platform.run(Inbox().deliver)

    async def test_calls_work_until_the_adapter_is_closed(self, side: PlatformSide) -> None:
        inbox = Inbox()
        running = asyncio.create_task(side.platform.run(inbox.deliver))
        await side.ready()
        thread = await self.opened(side, inbox, "Last question")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await side.platform.post(thread, Part("Last words"), "one")
        assert len(side.shown(thread)) == 1
