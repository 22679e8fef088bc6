"""Every example of CommonMark and GitHub Flavored Markdown is shown whole on every platform."""

from __future__ import annotations

import pytest

from bridge import Part, Unit
from bridge_discord.render import render
from bridge_sandbox.slack.blocks import as_markdown, check
from bridge_slack.render import body, size
from tests.golden.corpus import Example, Renderer, lost_words, sections, visible_words


def in_slack(markdown: str) -> str:
    """What Slack shows in the end, and what its fake would take."""
    blocks = body(Part(markdown, final=True))["blocks"]
    check(blocks)
    return as_markdown(blocks)


RENDERERS = {
    "discord": Renderer(render, lambda markdown: len(render(markdown)), 2000),
    "slack": Renderer(in_slack, lambda markdown: size(markdown, Unit.UTF16), 11_000),
}
SECTIONS = sections()


@pytest.mark.parametrize("platform", RENDERERS)
@pytest.mark.parametrize(("section", "examples"), SECTIONS.items(), ids=[" ".join(name) for name in SECTIONS])
def test_no_example_loses_a_word(platform: str, section: tuple[str, str], examples: list[Example]) -> None:
    renderer = RENDERERS[platform]
    lost = {
        example.number: words
        for example in examples
        if example.markdown.strip()
        if (words := lost_words(visible_words(example.markdown), renderer.show(example.markdown)))
    }
    assert lost == {}
    assert [example.number for example in examples if renderer.size(example.markdown) > renderer.limit] == []


def test_the_corpus_is_all_there() -> None:
    counts = {
        spec: sum(len(found) for (of, _), found in SECTIONS.items() if of == spec) for spec in ("commonmark", "gfm")
    }
    assert counts == {"commonmark": 652, "gfm": 672}


def test_a_lost_word_is_noticed() -> None:
    words = visible_words("one **two** [three](/u)\n\n| a |\n|-|\n| four |")
    assert words == ["one", "two", "three", "a", "four"]
    assert lost_words(words, "one **two** a four") == ["three"]
    assert lost_words(words, "one three two a four") == ["three"]
