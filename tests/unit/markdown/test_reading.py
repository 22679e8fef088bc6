"""Markdown as a tree."""

from __future__ import annotations

import pytest

from bridge import Node, NodeKind, display_width, parse_markdown, plain_text


def only(source: str) -> Node:
    (block,) = parse_markdown(source).children
    return block


def inline(source: str) -> list[tuple[NodeKind, str]]:
    return [(node.kind, plain_text(node)) for node in only(source).children]


@pytest.mark.parametrize("source", ["$x_1$", "\\(x_1\\)", "$$x_1$$ it is", "\\[x_1\\] it is"])
def test_formulas_are_kept_as_they_are_written(source: str) -> None:
    assert inline(source)[0] == (NodeKind.MATH, "x_1")


@pytest.mark.parametrize("source", ["$$\na_b\n$$", "\\[\na_b\n\\]", "\\[a_b\\]"])
def test_formulas_on_their_own_lines(source: str) -> None:
    assert only(source) == Node(NodeKind.MATH_BLOCK, text="a_b", span=(0, len(source)))


@pytest.mark.parametrize("source", ["$5 and $10", "it costs $5, or $ 6", "\\(open", "$$", "\\[a\n\nb\\]"])
def test_what_is_no_formula(source: str) -> None:
    assert "math" not in str(parse_markdown(source))


def test_bare_links_keep_their_underscores_and_leave_the_punctuation() -> None:
    assert inline("(see https://a.b/c_d_e.)") == [
        (NodeKind.TEXT, "(see "),
        (NodeKind.LINK, "https://a.b/c_d_e"),
        (NodeKind.TEXT, ".)"),
    ]


def test_tasks_lists_and_where_they_stand() -> None:
    tasks, numbered = parse_markdown("- [x] a\n- [ ] b\n\n7. c\n\n8. d\n").children
    assert [item.checked for item in tasks.children] == [True, False]
    assert (tasks.tight, tasks.span) == (True, (0, 17))
    assert (numbered.tight, numbered.ordered, numbered.number, numbered.span) == (False, True, 7, (17, 28))


def test_a_table_is_rows_of_cells() -> None:
    table = only("| a | b |\n|:-|-:|\n| 1 | **2** |")
    assert [[plain_text(cell) for cell in row.children] for row in table.children] == [["a", "b"], ["1", "2"]]
    assert [cell.info for cell in table.children[1].children] == ["left", "right"]


def test_a_footnote_is_text() -> None:
    assert inline("[^1]: word") == [(NodeKind.TEXT, "[^1]: word")]


@pytest.mark.parametrize("mark", ["> ", "- ", "1. "])
def test_what_is_nested_too_deep_is_kept(mark: str) -> None:
    assert "word" in plain_text(parse_markdown(mark * 100 + "word"))


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("日本", 4), ("é", 1), ("👨‍👩‍👧", 2), ("👍🏽", 2), ("🇩🇪", 2), ("❤️", 2)]
)
def test_columns(text: str, width: int) -> None:
    assert display_width(text) == width
