"""`eventually` waits for a condition, and says what it waited for."""

from __future__ import annotations

import asyncio

import pytest

from bridge.testing import eventually


async def test_it_returns_what_it_waited_for() -> None:
    found: list[str] = []
    asyncio.get_running_loop().call_later(0.02, found.append, "here")
    assert await eventually(lambda: found) == ["here"]


async def test_the_condition_may_be_asynchronous() -> None:
    looks = 0

    async def third_time() -> bool:
        nonlocal looks
        looks += 1
        return looks == 3

    assert await eventually(third_time)
    assert looks == 3


async def test_it_names_what_did_not_come() -> None:
    answer = 41
    with pytest.raises(AssertionError, match=r"not within 0.01 s: .*answer == 42.*last seen: False"):
        await eventually(lambda: answer == 42, timeout=0.01)
    with pytest.raises(AssertionError, match=r"not within 0.01 s: the answer \(last seen: None\)"):
        await eventually(lambda: None, timeout=0.01, what="the answer")


async def test_what_the_condition_raises_is_not_hidden() -> None:
    def broken() -> bool:
        raise LookupError("a defect in the condition")

    with pytest.raises(LookupError):
        await eventually(broken)
