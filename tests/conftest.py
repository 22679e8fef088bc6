"""What all tests share."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

pytest.register_assert_rewrite("bridge.testing.contracts")


@pytest.fixture(autouse=True)
def logging_restored() -> Iterator[None]:
    """A command that a test runs in this process sets up logging; the next test finds it as it was."""
    root = logging.getLogger()
    level = root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.setLevel(level)
    root.handlers[:] = [handler for handler in root.handlers if type(handler).__module__ != "bridge.log"]
