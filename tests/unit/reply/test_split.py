from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.platform import Unit
from bridge.reply.split import Splitter


def within(limit: int, unit: Unit = Unit.CODE_POINTS) -> Callable[[str], bool]:
    return lambda text: unit.size(text) <= limit


def split(text: str, limit: int) -> list[str]:
    return Splitter().advance(text, within(limit), final=True)


def test_what_fits_is_one_part() -> None:
    assert split("Hello *there*.\n\nBye.", 100) == ["Hello *there*.\n\nBye."]


@pytest.mark.parametrize("text", ["", " \n\n ", "\n"])
def test_nothing_to_see_is_no_part(text: str) -> None:
    assert split(text, 10) == []


def test_blocks_are_kept_whole() -> None:
    assert split("One two three.\nFour five.\n\nSix seven.\nEight nine.", 40) == [
        "One two three.\nFour five.",
        "Six seven.\nEight nine.",
    ]


def test_without_a_block_a_line_is_kept_whole_then_a_sentence_then_a_word() -> None:
    assert split("one two three\nfour five six\nseven", 30) == ["one two three\nfour five six", "seven"]
    assert split("One two three. Four five six seven eight.", 30) == ["One two three.", "Four five six seven eight."]
    assert split("one two three four five six", 15) == ["one two three", "four five six"]


def test_a_heading_stays_with_what_it_is_the_heading_of() -> None:
    assert split("Some words of text.\n\n## Next\n\nMore words.", 32) == [
        "Some words of text.",
        "## Next\n\nMore words.",
    ]


def test_a_word_longer_than_a_part_is_cut_between_graphemes() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert split(family * 3, 12) == [family * 2, family]
    assert split("e\u0301" * 5, 5) == ["e\u0301" * 2, "e\u0301" * 2, "e\u0301"]
    flags = "\U0001f1e9\U0001f1ea" * 3
    assert split(flags, 3) == [flags[:2]] * 3


def test_a_mention_is_never_cut() -> None:
    assert split("aaaaaaaa<@U0123456789>", 20) == ["aaaaaaaa", "<@U0123456789>"]


@pytest.mark.parametrize("span", ["[one two](https://example.com/)", "`one two three four`", "**one two three four**"])
def test_links_code_and_emphasis_are_kept_whole(span: str) -> None:
    for limit in range(len(span), 2 * len(span)):
        assert any(span in part for part in split(f"before it {span} and behind it", limit))


def test_an_open_fence_is_closed_and_opened_again_with_its_language() -> None:
    code = "\n".join(f"    line {n}" for n in range(6))
    assert split(f"```python\n{code}\n```\nEnd.", 50) == [
        "```python\n    line 0\n    line 1\n    line 2\n```",
        "```python\n    line 3\n    line 4\n    line 5\n```",
        "End.",
    ]


def test_a_fence_in_a_list_keeps_its_indentation_and_one_in_a_quote_its_mark() -> None:
    text = "1. Do:\n   ~~~~sh\n   one\n   two\n   three\n   four\n   ~~~~"
    assert split(text, 45) == ["1. Do:\n   ~~~~sh\n   one\n   two\n   ~~~~", "   ~~~~sh\n   three\n   four\n   ~~~~"]
    assert split("> ```\n> one\n> two\n> three\n> ```", 25) == ["> ```\n> one\n> two\n> ```", "> ```\n> three\n> ```"]


def test_a_quoted_line_that_is_cut_stays_quoted() -> None:
    assert split("> one two three four five six", 17) == ["> one two three", "> four five six"]
    assert split("> ```\n> one two three\n> ```", 21)[1] == "> ```\n> three\n> ```"


def test_no_part_holds_an_empty_code_block() -> None:
    for limit in range(22, 60):
        for part in split("Words before it.\n\n```py\none = 1\ntwo = 2\n```\n\nWords behind it.", limit):
            assert "```py\n```" not in part


def test_the_header_of_a_table_is_repeated() -> None:
    header = "| a | b |\n|---|---|\n"
    rows = [f"| {n} | x |" for n in range(6)]
    assert split(header + "\n".join(rows), 55) == [
        header + "\n".join(rows[:3]),
        header + "\n".join(rows[3:]),
    ]


def test_the_indentation_of_a_nested_item_does_not_become_code() -> None:
    assert split("- one two three\n    - four five six", 20) == ["- one two three", "- four five six"]


def test_more_text_leaves_earlier_parts_alone() -> None:
    text = "Some words. " * 40
    splitter = Splitter()
    shown: list[str] = []
    for end in range(len(text)):
        parts = splitter.advance(text[:end], within(100), final=False)
        assert parts[: len(shown) - 1] == shown[:-1]
        shown = parts
    assert splitter.advance(text, within(100), final=True) == split(text, 100)


def test_a_changed_text_is_cut_anew_from_where_it_changed() -> None:
    splitter = Splitter()
    text = "one two three four five six seven eight nine ten"
    before = splitter.advance(text, within(14), final=False)
    changed = text.replace("seven", "SEVEN and a half")
    after = splitter.advance(changed, within(14), final=True)
    assert after[:2] == before[:2]
    assert " ".join(after) == changed
    assert splitter.advance("short", within(14), final=True) == ["short"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Look:\n``", "Look:"),
        ("Look:\n```py", "Look:"),
        ("Look:\n```py\n", "Look:"),
        ("Look:\n```py\nx", "Look:\n```py\nx\n```"),
        ("Look:\n```py\nx\n``", "Look:\n```py\nx\n```"),
        ("Look:\n```py\nx\n```", "Look:\n```py\nx\n```"),
        ("Look: `x", "Look: `x`"),
    ],
)
def test_a_fence_being_written_does_not_flicker(text: str, shown: str) -> None:
    assert Splitter().advance(text, within(100), final=False) == [shown]


def test_a_part_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="not even one character"):
        split("text", 0)


def test_100_000_characters_cost_little_at_every_edit() -> None:
    text = "Some words of an answer, and more of them.\n\n" * 2300
    splitter = Splitter()
    sizes = 0

    def fits(part: str) -> bool:
        nonlocal sizes
        sizes += len(part)
        return len(part) <= 2000

    splitter.advance(text, fits, final=False)
    assert sizes < 30 * len(text)
    sizes = 0
    for end in range(1, 101):
        splitter.advance(text + "word " * end, fits, final=False)
    assert sizes < 100 * 3 * 2000


WORDS = st.integers(1, 14).map(lambda size: "x" * size)
LINES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
BLOCKS = st.one_of(
    LINES,
    st.lists(LINES, min_size=1, max_size=5).map("\n".join),
    st.lists(LINES, min_size=1, max_size=6).map(lambda found: "\n".join(f"- {line}" for line in found)),
    st.tuples(st.sampled_from(["```", "~~~", "````"]), st.lists(LINES | st.just(""), max_size=6)).map(
        lambda found: "\n".join([f"{found[0]}LANG", *(f"  {line}" for line in found[1]), found[0]])
    ),
    st.lists(LINES, min_size=1, max_size=6).map(
        lambda rows: "\n".join(["| HEAD | HEAD |", "|---|---|", *(f"| {row} | x |" for row in rows)])
    ),
)


def numbered(text: str) -> str:
    """Each word made different, at the same length or more."""
    count = iter(range(1, 1_000_000))
    return re.sub(r"x+", lambda found: f"w{next(count)}".ljust(len(found[0]), "x") + "y", text)


TEXTS = st.lists(BLOCKS, min_size=1, max_size=8).map("\n\n".join).map(numbered)


def words(parts: list[str]) -> list[str]:
    return re.findall(r"w\d+x*y", "\n".join(parts))


@given(TEXTS, st.integers(60, 300), st.sampled_from(Unit))
def test_parts_hold_every_word_once_in_order_and_fit(text: str, limit: int, unit: Unit) -> None:
    parts = Splitter().advance(text, within(limit, unit), final=True)
    assert words(parts) == words([text])
    for part in parts:
        assert part.strip()
        assert unit.size(part) <= limit
        assert len(re.findall(r"^(```+|~~~+)", part, re.MULTILINE)) % 2 == 0


@given(TEXTS, st.integers(60, 300), st.data())
def test_written_bit_by_bit_it_comes_to_the_same_words(text: str, limit: int, data: st.DataObject) -> None:
    splitter = Splitter()
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    sealed: list[str] = []
    for end in ends:
        parts = splitter.advance(text[:end], within(limit), final=False)
        assert parts[: len(sealed)] == sealed
        assert all(len(part) <= limit for part in parts)
        sealed = parts[:-1]
    parts = splitter.advance(text, within(limit), final=True)
    assert parts[: len(sealed)] == sealed
    assert words(parts) == words([text])


@given(st.text(max_size=300), st.integers(1, 80))
@example("`" * 16 + "\nx\n" + "`" * 16, 10)
@example("```python title\n" + "\n" * 90 + "code", 12)
@example("> ```\n\n```\n| a\n|-|\n|", 7)
@example(" " * 90 + "x", 20)
def test_no_text_breaks_it(text: str, limit: int) -> None:
    parts = Splitter().advance(text, within(limit), final=True)
    assert all(part.strip() and len(part) <= limit for part in parts)
    shown = iter("".join(parts))
    assert all(letter in shown for letter in text if letter.isalnum())
