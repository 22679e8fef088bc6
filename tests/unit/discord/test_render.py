"""Markdown becomes what Discord shows, and nothing in code is touched."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import parse_markdown, plain_text
from bridge_discord.render import render, thread_name

CASES = {
    "plain *words* and **more**": "plain *words* and **more**",
    "_one_ __two__ ***both*** ~~gone~~": "*one* **two** ***both*** ~~gone~~",
    "snake_case and __init__, 2 * 3 * 4": "snake_case and **init**, 2 * 3 * 4",
    "snake__case__name": r"snake\_\_case\_\_name",
    "`__kept__` but __not__": "`__kept__` but **not**",
    "*a***b**": "*a*\u200b**b**",
    "## Two\n#### Four ####": "## Two\n**Four**",
    "#### A **b** c": "**A b c**",
    "Title\nof two lines\n===": "# Title of two lines",
    "above\n\n---\nbelow": "above\n\n───\nbelow",
    "- [ ] open\n- [x] done": "- ☐ open\n- ☑ done",
    "- one\n  still\n- two\n  1. deep\n  2. deeper": "- one\n  still\n- two\n  1. deep\n  2. deeper",
    "7) seven\n8) eight": "7. seven\n8. eight",
    "- a\n\n- b": "- a\n\n- b",
    "- code:\n  ```py\n  x\n  ```": "- code:\n```py\nx\n```",
    "![a cat](https://cats/1.png)": "[a cat](https://cats/1.png)",
    '![](https://cats/1.png "t")': "[image](https://cats/1.png)",
    "[t](https://x/(y)) <https://z>": "[t](https://x/%28y%29) https://z",
    "[https://good](https://bad)": "https://good (https://bad)",
    "[mail](mailto:a@b.c) [here](/there)": "mail (mailto:a@b.c) here (/there)",
    "[a [b] c](https://x)": r"[a \[b\] c](https://x)",
    "see https://x/a_b_c.": "see https://x/a_b_c.",
    "a || b and `a || b`": r"a \|\| b and `a || b`",
    r"\# no heading, \*no\* emphasis": r"\# no heading, \*no\* emphasis",
    "-# small, <t:1:R> and <@1>": r"\-# small, \<t:1:R> and \<@1>",
    "``a ` b``": "``a ` b``",
    "> one\nand\n\nnot": "> one\n> and\n\nnot",
    "> # T\n> - a": "> # T\n> - a",
    "~~~py\nx = 1\n~~~": "```py\nx = 1\n```",
    "    indented": "```\nindented\n```",
    "```\n__main__ ![i](https://x)\n| a |\n|---|\n```": "```\n__main__ ![i](https://x)\n| a |\n|---|\n```",
    "````md\n```\ncode\n```\n````": "```md\n`\u200b`\u200b`\ncode\n`\u200b`\u200b`\n```",
    "```py\nstill open": "```py\nstill open\n```",
    "| a | b |\n|---|:-:|\n| one | 2 |\n| three |\n\nafter": "```\na      b\n─────  ─\none    2\nthree\n```\n\nafter",
    "| n |\n|--:|\n| 10 |\n| 7 |": "```\n n\n──\n10\n 7\n```",
    "| a |\n|---|---|\n| b |": "| a |\n|---|---|\n| b |",
    "$x_1$ and\n\n$$\ny\n$$": "`x_1` and\n\n```\ny\n```",
    "word[^1]\n\n[^1]: the note": "word[^1]\n\n[^1]: the note",
    "a<br>b <kbd>C</kbd>": "a\nb <kbd>C</kbd>",
    "&lt;b&gt; &amp; &copy;": "<b> & ©",
    "[only]: /a-definition": "[only]: /a-definition",
    "": "",
}


@pytest.mark.parametrize(("markdown", "shown"), CASES.items(), ids=lambda text: text[:30])
def test_what_discord_shows(markdown: str, shown: str) -> None:
    assert render(markdown) == shown


def test_a_table_that_is_too_wide_is_listed() -> None:
    wide = "x" * 60
    table = f"| name | what |\n|---|---|\n| one | {wide} |\n| two | {wide} |"
    assert render(table) == f"- **name**: one · **what**: {wide}\n- **name**: two · **what**: {wide}"


def test_wide_characters_are_aligned() -> None:
    assert render("| 名前 | b |\n|---|---|\n| x | y |").split("\n")[1:4] == ["名前  b", "────  ─", "x     y"]


@given(st.text(alphabet=st.sampled_from("ab `~|_*#>-![]x\n\\1."), max_size=200))
@settings(max_examples=300, deadline=None)
def test_words_survive_whatever_the_markup(markdown: str) -> None:
    tree = parse_markdown(markdown)
    letters = [char for char in plain_text(tree) if char in "abx"]
    assert [char for char in render(markdown) if char in "abx"] == letters or not letters


@given(st.lists(st.text("abc.,", min_size=1), min_size=1).map(" ".join))
def test_prose_is_not_touched(text: str) -> None:
    assert render(text) == text


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What is **this**?", "What is this?"),
        ("\n\n> quoted\nrest", "quoted"),
        ("# How do I call reset_password?", "How do I call reset_password?"),
        ("  ", "Conversation"),
        ("```\n", "Conversation"),
        ("word " * 40, ("word " * 17).strip() + "…"),
        ("x" * 200, "x" * 89 + "…"),
    ],
)
def test_a_thread_is_called_after_its_question(question: str, name: str) -> None:
    assert thread_name(question) == name
    assert 1 <= len(thread_name(question)) <= 90
