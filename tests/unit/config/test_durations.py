"""bridge.config.durations: lengths of time with their units."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from bridge.config.durations import parse_duration, show_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("90m", timedelta(minutes=90)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        ("1h30m", timedelta(minutes=90)),
        ("1d 2h 3m 4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("0s", timedelta()),
        ("500ms", timedelta(milliseconds=500)),
        ("1m2s3ms", timedelta(minutes=1, seconds=2, milliseconds=3)),
    ],
)
def test_a_duration(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "value",
    ["", "h", "1", "1.5h", "-1s", "30m1h", "1h1h", "1w", "\u0661h", "36501d", "1" * 30 + "d", True, None, 5, []],
)
def test_what_is_no_duration(value: object) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        parse_duration(value)
    assert caught.value.context is not None
    assert "write" in str(caught.value.context["remedy"])


@given(st.integers(min_value=0, max_value=10**12))
def test_a_duration_reads_as_it_is_shown(milliseconds: int) -> None:
    length = timedelta(milliseconds=milliseconds)
    assert parse_duration(show_duration(length)) == length
