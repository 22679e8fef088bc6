from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import Part
from bridge_sandbox.slack.text import pings
from bridge_sandbox.slack.workspace import Posted
from bridge_slack import render
from bridge_slack.mentions import harmless


@pytest.mark.parametrize(
    "text",
    [
        "<@U0ADA>",
        "<@U0ADA|ada>",
        "<!here>",
        "<!channel|channel>",
        "<!everyone>",
        "<!subteam^S0ONE>",
        "&lt;!here>",
        "<\\!here>",
        "<\\\\@U0ADA>",
        "@here",
        "(@channel)",
        "@Everyone, listen",
    ],
)
def test_a_mention_is_broken_up(text: str) -> None:
    assert harmless(text) != text
    assert harmless(text).replace("\u200b", "") == text


@pytest.mark.parametrize(
    "text",
    [
        "ada@a.test",
        "sales@channel.io",
        "me@here.com",
        "<!DOCTYPE html>",
        "<!-- a comment -->",
        "a < b",
        "List<@Nullable String>",
        "@hereafter",
        "<#C0HELP>",
        "<https://a.test>",
    ],
)
def test_what_is_no_mention_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(st.lists(st.sampled_from(["<", "@", "!", "here", "channel", "U0ADA", "|", ">", "^", "\\", " ", "a"])))
def test_no_mixture_of_pieces_pings(pieces: list[str]) -> None:
    body = render.body(Part("".join(pieces)))
    assert pings(Posted("1.0", "U0BOT", body["text"], blocks=body["blocks"])) == []


VERBATIM = "# A\n\n**b** <c> _d_ ~~e~~ `f`\n\n1. g\n   - [x] h\n\n> i\n\n```py\nj\n```\n\n---\n[k](https://l) \\* m"
ANEW = {
    "see ![a cat](https://cats/1.png)!": "see [a cat](https://cats/1.png)!",
    "![](https://cats/1.png)": "[image](https://cats/1.png)",
    "- a\n  - $x_1$ is *b*": "- a\n  - `x_1` is *b*",
    "a\n\n$$\nx\n$$\n\nb": "a\n\n```\nx\n```\n\nb",
    "word[^1]\n\n[^1]: the note": "word[^1]\n\n\\[^1\\]: the note",
    "a [link][1] here\n\n[1]: https://x": "a [link](https://x) here",
    "&lt;b&gt; &copy; `&lt;`": "\\<b\\> © `&lt;`",
    "[only]: /a-definition": "[only]: /a-definition",
    "> 1. ![p](https://q)\n>\n>    r": "> 1. [p](https://q)\n>\n>    r",
}
TABLE = "before\n\n| a | **b** |\n|---|--:|\n| `c` | [d](https://e) |\n| f |\n\nafter"


def test_what_slack_shows_is_given_verbatim() -> None:
    assert render.body(Part(VERBATIM))["blocks"] == [{"type": "markdown", "text": VERBATIM}]


@pytest.mark.parametrize(("markdown", "shown"), ANEW.items(), ids=lambda text: text[:20])
def test_what_slack_does_not_show_is_written_anew(markdown: str, shown: str) -> None:
    (block,) = render.body(Part(markdown))["blocks"]
    assert block == {"type": "markdown", "text": shown}


def test_the_one_table_of_a_finished_message_is_a_table_block() -> None:
    before, table, after = render.body(Part(TABLE, final=True))["blocks"]
    assert (before["text"], after["text"]) == ("before", "after")
    assert [column["align"] for column in table["column_settings"]] == ["left", "right"]
    header, first, second = table["rows"]
    assert header[1]["elements"][0]["elements"] == [{"type": "text", "text": "b", "style": {"bold": True}}]
    assert first[0]["elements"][0]["elements"] == [{"type": "text", "text": "c", "style": {"code": True}}]
    assert first[1]["elements"][0]["elements"] == [{"type": "link", "url": "https://e", "text": "d"}]
    assert second == [{"type": "raw_text", "text": "f"}, {"type": "raw_text", "text": "\u200b"}]


@pytest.mark.parametrize(
    "text", [TABLE + "\n\n" + TABLE, "| a |\n|---|\n" + "| b |\n" * 120, "|" + "a|" * 30 + "\n|" + "-|" * 30]
)
def test_tables_that_no_table_block_takes_stay_in_the_markdown(text: str) -> None:
    assert [block["type"] for block in render.body(Part(text, final=True))["blocks"]] == ["markdown"]


def test_a_table_that_is_still_being_written_stays_in_the_markdown() -> None:
    assert [block["type"] for block in render.body(Part(TABLE))["blocks"]] == ["markdown"]


def test_the_short_text_is_escaped_and_short_enough_for_an_edit() -> None:
    body = render.body(Part("&" * 10_000))
    assert len(body["text"]) < 4_000
    assert render.body(Part("a <b> & c"))["text"] == "a &lt;b&gt; &amp; c"


def test_the_short_text_ends_at_a_word() -> None:
    text = render.body(Part("word " * 1000))["text"]
    assert text.endswith("word …")
