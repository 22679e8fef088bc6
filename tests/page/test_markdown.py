"""The page's own Markdown, in a real browser: what is shown, and that nothing in a message is ever run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="session")  # that of the browser

RENDER = """async (texts) => {
    const { renderMarkdown } = await import("/static/js/markdown.js");
    const box = document.createElement("div");
    for (const text of texts) renderMarkdown(box, text);
    return box.innerHTML;
}"""

SHOWN = {
    "plain text": "<p>plain text</p>",
    "one\ntwo\n\nthree": "<p>one<br>two</p><p>three</p>",
    "**bold** *it* _it_ ~~gone~~ `code`": (
        "<p><strong>bold</strong> <em>it</em> <em>it</em> <s>gone</s> <code>code</code></p>"
    ),
    "**a *b* c**": "<p><strong>a <em>b</em> c</strong></p>",
    "snake_case_name and 2 * 3 * 4": "<p>snake_case_name and 2 * 3 * 4</p>",
    "\\*not it\\*": "<p>*not it*</p>",
    "`` a ` b ``": "<p><code>a ` b</code></p>",
    "an `open end": "<p>an `open end</p>",
    "an **open end": "<p>an **open end</p>",
    "@bridge hello, mail a@b.example": '<p><span class="mention">@bridge</span> hello, mail a@b.example</p>',
    "see https://example.org/a_b_c.": (
        '<p>see <a href="https://example.org/a_b_c" target="_blank" rel="noopener noreferrer">'
        "https://example.org/a_b_c</a>.</p>"
    ),
    "[a **b**](https://example.org)": (
        '<p><a href="https://example.org" target="_blank" rel="noopener noreferrer">a <strong>b</strong></a></p>'
    ),
    "## Title\ntext": '<p class="heading level-2" role="heading" aria-level="4">Title</p><p>text</p>',
    "- a\n- b\n  - c\n- d": "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>",
    "1. a\n2. b": "<ol><li>a</li><li>b</li></ol>",
    "4. a\n5. b": '<ol start="4"><li>a</li><li>b</li></ol>',
    "text\n- a\n\nmore": "<p>text</p><ul><li>a</li></ul><p>more</p>",
    "- a\n\n- b": "<ul><li>a</li><li>b</li></ul>",
    "> a\n> b": "<blockquote>a<br>b</blockquote>",
    "---": "<hr>",
    "```py\nx = 1\n\n# no title\n```\nafter": (
        '<pre tabindex="0" data-language="py"><code>x = 1\n\n# no title</code></pre><p>after</p>'
    ),
    "```\nstill being writ": '<pre tabindex="0"><code>still being writ</code></pre>',
    "| a | b |\n|---|--:|\n| 1 | `x` |": (
        '<div class="table" tabindex="0" role="group" aria-label="Table"><table><thead><tr><th class="start">a</th>'
        '<th class="end">b</th></tr></thead><tbody><tr><td class="start">1</td><td class="end"><code>x</code></td></tr>'
        "</tbody></table></div>"
    ),
    "a | b is no table": "<p>a | b is no table</p>",
}

HOSTILE = [
    "<script>window.hit = 1</script>",
    '<img src="x" onerror="window.hit = 1">',
    "[run](javascript:window.hit=1)",
    "<javascript:window.hit=1>",
    "[data](data:text/html,<script>window.hit=1</script>)",
    '```"><script>window.hit = 1</script>\ncode\n```',
    '[x](https://example.org/"onmouseover="window.hit=1)',
]


@pytest_asyncio.fixture(loop_scope="session")
async def render(open_window: Callable[..., Any]) -> Callable[..., Any]:
    """Shows texts one after the other in one element, and gives its HTML."""
    window = await open_window()

    async def run(*texts: str) -> str:
        return str(await window.page.evaluate(RENDER, list(texts)))

    return run


async def test_shows_what_is_meant(render: Callable[..., Any]) -> None:
    assert {text: await render(text) for text in SHOWN} == SHOWN


async def test_never_makes_an_element_or_an_attribute_of_a_message(open_window: Callable[..., Any]) -> None:
    window = await open_window()

    for text in HOSTILE:
        found = await window.page.evaluate(
            """async (text) => {
                const { renderMarkdown } = await import("/static/js/markdown.js");
                const box = document.createElement("div");
                document.body.append(box);
                renderMarkdown(box, text);
                for (const link of box.querySelectorAll("a")) link.dispatchEvent(new MouseEvent("mouseover"));
                const all = [...box.querySelectorAll("*")];
                return {
                    tags: all.map((one) => one.tagName).filter((tag) => !["P", "A", "PRE", "CODE"].includes(tag)),
                    handlers: all.flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith("on")),
                    schemes: all.filter((one) => one.href).map((one) => new URL(one.href).protocol),
                };
            }""",
            text,
        )
        assert (found["tags"], found["handlers"]) == ([], []), text
        assert set(found["schemes"]) <= {"https:"}, text
    assert await window.page.evaluate("window.hit") is None


async def test_a_growing_text_ends_as_if_shown_at_once(render: Callable[..., Any]) -> None:
    text = "\n\n".join(SHOWN)

    assert await render(*(text[:end] for end in range(0, len(text), 7)), text) == await render(text)


async def test_what_did_not_change_keeps_its_element(open_window: Callable[..., Any]) -> None:
    window = await open_window()

    kept = await window.page.evaluate("""async () => {
        const { renderMarkdown } = await import("/static/js/markdown.js");
        const box = document.createElement("div");
        renderMarkdown(box, "# Title\\n\\nfirst\\n\\nsec");
        const before = [...box.children];
        renderMarkdown(box, "# Title\\n\\nfirst\\n\\nsecond");
        return [...box.children].map((element, index) => element === before[index]);
    }""")

    assert kept == [True, True, False]


async def test_a_very_long_text_is_shown_in_no_time(open_window: Callable[..., Any]) -> None:
    window = await open_window()
    hostile = ["*" * 12_000, "[" * 12_000, "`" * 11_999 + "a", "_a" * 6_000, "> " * 6_000, "||a" * 4_000, "- " * 6_000]

    spent = await window.page.evaluate(
        """async (texts) => {
            const { renderMarkdown } = await import("/static/js/markdown.js");
            return texts.map((text) => {
                const began = performance.now();
                renderMarkdown(document.createElement("div"), text);
                return performance.now() - began;
            });
        }""",
        hostile,
    )

    assert max(spent) < 2000, dict(zip([text[:5] for text in hostile], spent, strict=True))
