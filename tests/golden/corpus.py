"""The examples of the specifications, and what must be readable of each wherever it is shown."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

SPECS = Path(__file__).parent / "spec"
_WORD = re.compile(r"[^\W_]+")
_TASK = re.compile(r"(<li>(?:\n<p>)?)\[[ xX]\] ")
"""The box of a task, which is shown as a box and not as a letter."""
_UNSEEN = re.compile(r"[*_~`|\\\u200b]")


@dataclass(frozen=True)
class Renderer:
    """How a platform shows a text: `show` gives what people see of it, with or without marks, and with every word.

    `size` is what the platform would count of it, and `limit` the greatest that it takes.
    """

    show: Callable[[str], str]
    size: Callable[[str], int]
    limit: int


@dataclass(frozen=True)
class Example:
    """One example of a specification."""

    number: int
    markdown: str


def sections() -> dict[tuple[str, str], list[Example]]:
    """The examples by specification and section."""
    found = defaultdict(list)
    for spec in ("commonmark", "gfm"):
        for section, number, markdown in json.loads((SPECS / f"{spec}.json").read_text()):
            found[spec, section].append(Example(number, markdown))
    return found


def visible_words(markdown: str) -> list[str]:
    """The words that a browser would show, by markdown-it's own HTML; a word with marks within is several."""
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    page = _Page()
    page.feed(_TASK.sub(r"\1", html))
    page.close()
    return _WORD.findall(_UNSEEN.sub("", "".join(page.text)))


def lost_words(words: Iterable[str], shown: str) -> list[str]:
    """Those of the words that what is shown does not have, in order."""
    shown, at, lost = _UNSEEN.sub("", shown), 0, []
    for word in words:
        found = shown.find(word, at)
        if found < 0:
            lost.append(word)
        else:
            at = found + len(word)
    return lost


class _Page(HTMLParser):
    """Collects the text of a page, parted by its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.text.append(" ")

    def handle_data(self, data: str) -> None:
        self.text.append(data)
