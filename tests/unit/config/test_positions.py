"""bridge.config.positions: the scanner finds what tomllib reads, where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.config.positions import Keys, positions
from tests.unit.config.writing import TABLES, Writer


def paths(value: Any, keys: Keys = ()) -> Iterator[Keys]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*keys, key)
        yield from paths(inner, (*keys, key))


@given(table=TABLES, data=st.data())
def test_every_key_is_found_on_the_line_where_it_was_written(table: dict[str, Any], data: st.DataObject) -> None:
    writer = Writer(data)
    writer.table(table)
    read = tomllib.loads(writer.text)
    found = positions(writer.text)
    assert set(found) == set(paths(read))
    assert found == writer.lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b.c = 1", {("a",): 1, ("a", "b"): 1, ("a", "b", "c"): 1}),
        ("[a.b]\n\n[a]", {("a",): 3, ("a", "b"): 1}),
        (
            "[[r]]\n[r.x]\ny = 1\n[[r]]\n[r.x]",
            {("r",): 1, ("r", 0): 1, ("r", 0, "x"): 2, ("r", 0, "x", "y"): 3, ("r", 1): 4, ("r", 1, "x"): 5},
        ),
        (
            "[[r]]\n[[r.s]]\n[[r.s]]",
            {("r",): 1, ("r", 0): 1, ("r", 0, "s"): 2, ("r", 0, "s", 0): 2, ("r", 0, "s", 1): 3},
        ),
        ('a = """x""""\nb = 2', {("a",): 1, ("b",): 2}),
        ("a = '''\n''''\nb = 1979-05-27 07:32:00 # c", {("a",): 1, ("b",): 3}),
        ('"é\\n" = 1', {("é\n",): 1}),
        ("", {}),
        ("# nothing", {}),
    ],
)
def test_dotted_keys_arrays_of_tables_and_odd_strings(text: str, expected: dict[Keys, int]) -> None:
    tomllib.loads(text)
    assert positions(text) == expected
