from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import Part
from bridge_sandbox.slack.text import pings
from bridge_sandbox.slack.workspace import Posted
from bridge_slack import render


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
    assert render.harmless(text) != text
    assert render.harmless(text).replace("\u200b", "") == text


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
    assert render.harmless(text) == text


@given(st.lists(st.sampled_from(["<", "@", "!", "here", "channel", "U0ADA", "|", ">", "^", "\\", " ", "a"])))
def test_no_mixture_of_pieces_pings(pieces: list[str]) -> None:
    body = render.body(Part("".join(pieces)))
    assert pings(Posted("1.0", "U0BOT", body["text"], blocks=body["blocks"])) == []


def test_the_markdown_stands_in_a_markdown_block() -> None:
    assert render.body(Part("# A\n\n**b** <c>"))["blocks"] == [{"type": "markdown", "text": "# A\n\n**b** <c>"}]


def test_the_short_text_is_escaped_and_short_enough_for_an_edit() -> None:
    body = render.body(Part("&" * 10_000))
    assert len(body["text"]) < 4_000
    assert render.body(Part("a <b> & c"))["text"] == "a &lt;b&gt; &amp; c"


def test_the_short_text_ends_at_a_word() -> None:
    text = render.body(Part("word " * 1000))["text"]
    assert text.endswith("word …")
