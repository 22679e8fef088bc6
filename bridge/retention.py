"""Deletes what is older than the operator wants to keep, now and then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from bridge.clock import Clock
from bridge.errors import StoreError
from bridge.store import Store

log = structlog.get_logger(__name__)

LEAST = timedelta(hours=24)
"""So long may a platform deliver a message again, and it must be known then."""
EVERY = 3600.0
"""Seconds between two looks."""


async def keep_clean(store: Store, clock: Clock, retention: Callable[[], timedelta]) -> None:
    """Delete what is older than `retention` says, until cancelled."""
    while True:
        try:
            rows = await store.forgetting.forget(clock.now() - max(retention(), LEAST))
        except StoreError as error:
            log.warning("retention.failed", reason=str(error))
        else:
            if rows:
                log.info("retention.deleted", rows=rows)
        await clock.sleep(EVERY)
