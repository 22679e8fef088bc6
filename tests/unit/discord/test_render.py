"""Markdown becomes what Discord shows, and nothing in code is touched."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge_discord.render import render, thread_name

CASES = {
    "plain *words* and **more**": "plain *words* and **more**",
    "__bold__ and snake__case__name": "**bold** and snake__case__name",
    "`__kept__` but __not__": "`__kept__` but **not**",
    "## Two\n#### Four ####": "## Two\n**Four**",
    "#### A **b** c": "A **b** c",
    "above\n\n---\nbelow": "above\n\n───\nbelow",
    "- [ ] open\n- [x] done": "- ☐ open\n- ☑ done",
    "![a cat](https://cats/1.png)": "[a cat](https://cats/1.png)",
    '![](https://cats/1.png "t")': "[image](https://cats/1.png)",
    "a || b and `a || b`": "a \\|\\| b and `a || b`",
    ">>> all of it": "\\>>> all of it",
    "> one\nnot": "> one\nnot",
    "~~~py\nx = 1\n~~~": "```py\nx = 1\n```",
    "```\n__main__ ![i](https://x)\n| a |\n|---|\n```": "```\n__main__ ![i](https://x)\n| a |\n|---|\n```",
    "````md\n```\ncode\n```\n````": "```md\n`\u200b`\u200b`\ncode\n`\u200b`\u200b`\n```",
    "```py\nstill open": "```py\nstill open",
    "| a | b |\n|---|:-:|\n| one | 2 |\n| three |\nafter": ("```\na      b\n─────  ─\none    2\nthree\n```\nafter"),
    "| a |\n|---|---|\n| b |": "| a |\n|---|---|\n| b |",
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


@given(st.text(alphabet=st.sampled_from("ab `~|_*#>-![]()x\n\\:1"), max_size=200))
@settings(max_examples=300, deadline=None)
def test_words_survive_whatever_the_markup(markdown: str) -> None:
    shown = render(markdown)
    assert sorted(c for c in shown if c in "ab1") == sorted(c for c in markdown if c in "ab1") or "image" in shown
    assert shown.count("\n") <= markdown.count("\n") + 2 * markdown.count("|")


@given(st.text(alphabet=st.sampled_from("abc \n.,"), max_size=200))
def test_prose_is_not_touched(text: str) -> None:
    assert render(text) == text


@pytest.mark.parametrize("hostile", ["`" * 50_000, "_" * 50_000, "![" * 25_000, "|" * 50_000, "| a |\n|-|\n" * 5_000])
def test_hostile_text_takes_no_longer(hostile: str) -> None:
    began = time.perf_counter()
    render(hostile)
    assert time.perf_counter() - began < 1.0


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
