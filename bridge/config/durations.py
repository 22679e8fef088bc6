"""Lengths of time as they are written in the file: `30s`, `90m`, `12h`, `7d`, `1h30m`, `500ms`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

MOST = timedelta(days=36_500)
"""A century: what is longer reaches back to before there were dates."""
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
PATTERN = "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
_DIGITS = "0123456789"
_DURATION = re.compile(PATTERN)


def parse_duration(value: object) -> timedelta:
    """The length of time that a value of the file means. Raises PydanticCustomError for what is none."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise PydanticCustomError("duration", "a duration needs a unit", {"remedy": f'write "{value}s" for seconds'})
    match = _DURATION.fullmatch(value.replace(" ", "")) if isinstance(value, str) else None
    if match is None:
        problem = "this is no duration" if isinstance(value, str) else "a duration is written as text"
        raise PydanticCustomError(
            "duration",
            problem,
            {"remedy": 'write days, hours, minutes and seconds such as "7d", "12h", "1h30m" or "30s"'},
        )
    parts = {_UNITS[part.lstrip(_DIGITS)]: int(part.rstrip("dhms")) for part in match.groups() if part}
    try:
        length = timedelta(**parts)
    except OverflowError:
        length = timedelta.max
    if length > MOST:
        raise PydanticCustomError(
            "duration", "this duration is too long", {"remedy": f"write {MOST.days}d at most, which is a century"}
        )
    return length


def show_duration(length: timedelta) -> str:
    """`length` as it would be written in the file; parts of a millisecond are left out."""
    left = length // timedelta(milliseconds=1)
    text = ""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


Duration = Annotated[
    timedelta,
    PlainValidator(parse_duration),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["30s", "12h", "1h30m"]}),
]
"""The type of a field that holds a length of time, written with its unit."""
