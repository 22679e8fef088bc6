"""What is shown of a text that is still being written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.reply.split import Splitter


def shown(text: str) -> str:
    return "\n---\n".join(Splitter().advance(text, lambda part: len(part) <= 4000, final=False))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("It is **bo", "It is **bo**"),
        ("It is **bold*", "It is **bold**"),
        ("It is **bold**", "It is **bold**"),
        ("It is **bold** now", "It is **bold** now"),
        ("It is **", "It is"),
        ("It is *", "It is"),
        ("so *slant", "so *slant*"),
        ("so _slant", "so _slant_"),
        ("a ~~stru", "a ~~stru~~"),
        ("***both", "***both***"),
        ("**bold and *both", "**bold and *both***"),
        ("call `pri", "call `pri`"),
        ("call `print` and `", "call `print` and"),
        ("call ``a ` b", "call ``a ` b``"),
        ("**see `co", "**see `co`**"),
        ("see [the do", "see"),
        ("see [the docs]", "see"),
        ("see [the docs](https://exa", "see"),
        ("see [the docs](https://example.com) now", "see [the docs](https://example.com) now"),
        ("see ![a picture](https://exa", "see"),
        ("**see [the docs](https://exa", "**see**"),
        ("a snake_case_name", "a snake_case_name"),
        ("2 * 3 is 6", "2 * 3 is 6"),
        ("2*3 is", "2*3 is"),
        ("* a point", "* a point"),
        ("- one **point\n- two", "- one **point\n- two"),
        ("- one\n- **two", "- one\n- **two**"),
        (r"not \*slanted", r"not \*slanted"),
        ("# A **head", "# A **head**"),
        ("before\n\n| a | b", "before"),
        ("before\n\n| a | b |\n", "before"),
        ("before\n\n| a | b |\n|---|--", "before"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n| 3", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("```\nx = a ** b\ny = [1", "```\nx = a ** b\ny = [1\n```"),
        ("a list [1] of things", "a list [1] of things"),
    ],
)
def test_nothing_half_typed_is_shown(written: str, expected: str) -> None:
    assert shown(written) == expected


@given(st.text(alphabet="ab *_~`[]()!|\\\n-#1.", max_size=120))
def test_the_end_is_shown_as_it_was_written(text: str) -> None:
    whole = "".join("".join(Splitter().advance(text, lambda part: len(part) <= 4000, final=True)).split())
    written = "".join(text.split())
    # A fence that nothing closes is closed, at most once.
    assert whole.startswith(written)
    assert set(whole[len(written) :]) <= {"`", "~", ">"}


@given(st.text(alphabet="ab *_~`[]()!|\\\n-#1.", max_size=120))
def test_what_is_shown_meanwhile_is_a_beginning_of_it(text: str) -> None:
    letters = [char for char in shown(text) if char in "ab1"]
    assert [char for char in text if char in "ab1"][: len(letters)] == letters


@pytest.mark.parametrize("piece", ["**a ", "`", "[", "[a](", "*_", "| a "])
def test_a_long_line_of_marks_takes_time_in_proportion(piece: str) -> None:
    from time import process_time

    def cost(count: int) -> float:
        text = piece * count
        began = process_time()
        Splitter().advance(text, lambda part: len(part) <= 400_000, final=False)
        return process_time() - began

    small = min(cost(2_000) for _ in range(5))
    large = min(cost(20_000) for _ in range(3))
    assert large < max(small, 0.002) * 40
