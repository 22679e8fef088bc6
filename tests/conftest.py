"""What all tests share."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import hypothesis.internal.conjecture.optimiser  # noqa: F401 - see below
import pytest
import structlog
from hypothesis import settings

# What hypothesis would import in the middle of a run is imported here: pytest rewrites its assertions, and in CPython
# 3.11 making a syntax tree may fail while other threads run (python/cpython issue 106905).

settings.register_profile("long", max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
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
