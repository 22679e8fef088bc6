"""Waiting for what a test expects, instead of sleeping."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

POLL_SECONDS = 0.005


@overload
async def eventually(condition: Callable[[], Awaitable[T]], *, timeout: float = ..., what: str | None = ...) -> T: ...


@overload
async def eventually(condition: Callable[[], T], *, timeout: float = ..., what: str | None = ...) -> T: ...


async def eventually(condition: Callable[[], Any], *, timeout: float = 10.0, what: str | None = None) -> Any:
    """Wait until `condition` gives something true, and return that.

    For what nobody announces: a row in a database, a line in a child's log. It looks again every few milliseconds of
    real time, also where the code under test runs on a VirtualClock. Raises AssertionError after `timeout` seconds,
    with `what` (by default the source of the condition) and its last value.
    """
    deadline = asyncio.get_running_loop().time() + timeout
    while True:
        found = condition()
        value = await found if inspect.isawaitable(found) else found
        if value:
            return value
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what or _source(condition)} (last seen: {value!r})")
        await asyncio.sleep(POLL_SECONDS)


def _source(condition: Callable[..., object]) -> str:
    try:
        return " ".join(inspect.getsource(condition).split())
    except (OSError, TypeError):
        return repr(condition)
