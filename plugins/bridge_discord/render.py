"""Markdown as chatbots write it, in the dialect that Discord shows.

Discord knows bold, italic, strike-through, three levels of headings, lists, quotes, code and masked links (Discord:
Markdown Text 101). It shows no tables, images, rules, task lists, formulas or deeper headings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from bridge import Node, NodeKind, parse_markdown
from bridge_discord.inline import Around, begin, escaped, line, text_of
from bridge_discord.tables import table

DIVIDER = "───"
LONGEST_NAME = 90
"""Characters of a thread's name; Discord takes 100."""
_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")
_BOXES = {True: "☑ ", False: "☐ ", None: ""}


def render(markdown: str) -> str:
    """The text for Discord. Pure."""
    # A text that only says where links lead shows nothing; an empty message is none.
    return "\n".join(_blocks(parse_markdown(markdown).children, markdown)) or escaped(markdown)


def thread_name(question: str) -> str:
    """What a thread about this question is called: its first line, plain, at most 90 characters."""
    lines = (re.sub(r"[`*~|]+", "", line).lstrip("#> \t") for line in question.splitlines())
    words = next((" ".join(line.split()) for line in lines if line.strip()), "")
    if len(words) > LONGEST_NAME:
        words = words[: LONGEST_NAME - 1].rpartition(" ")[0] or words[: LONGEST_NAME - 1]
        words += "…"
    return words or "Conversation"


def _blocks(nodes: Sequence[Node], source: str, *, nested: bool = False) -> Iterator[str]:
    """The lines of blocks, one below the other as in the source: with a blank line between them, or without."""
    if nodes:
        yield from _block(nodes[0], source, nested=nested)
    for before, node in pairwise(nodes):
        if _apart(before, node, source):
            yield ""
        yield from _block(node, source, nested=nested)


def _apart(before: Node, node: Node, source: str) -> bool:
    if before.span is None or node.span is None:
        return True
    return "\n" in source[before.span[1] : node.span[0]] or source[: before.span[1]].endswith("\n\n")


def _block(node: Node, source: str, *, nested: bool) -> Iterator[str]:
    if node.kind is NodeKind.HEADING:
        yield _heading(node, nested=nested)
    elif node.kind is NodeKind.QUOTE:
        for shown in _blocks(node.children, source):
            yield f"> {shown}"
    elif node.kind is NodeKind.LIST:
        yield from _list(node, source)
    else:
        yield from _SIMPLE[node.kind](node)


def _heading(node: Node, *, nested: bool) -> str:
    """Discord has three levels, and none within a list."""
    if node.number > 3 or nested:
        title = line(node.children, Around(bold=True))
        return f"**{title}**" if title.strip() else ""
    return f"{'#' * node.number} {line(node.children)}"


def _list(node: Node, source: str) -> Iterator[str]:
    for place, item in enumerate(node.children):
        if place and not node.tight:
            yield ""
        marker = f"{node.number + place}. " if node.ordered else "- "
        yield from _item(marker, _BOXES[item.checked], item, source)


def _item(marker: str, box: str, item: Node, source: str) -> Iterator[str]:
    """An item's lines stand below each other, but for code, whose lines Discord shows with whatever stands before."""
    first, in_code = marker + box, False
    for shown in _blocks(item.children, source, nested=True):
        fence = shown.startswith("```")
        if first and (fence or in_code):
            yield first.rstrip()
            first = ""
        yield shown if fence or in_code or not shown else (first or " " * len(marker)) + shown
        in_code, first = in_code ^ fence, ""
    if first:
        yield first.rstrip()


def _paragraph(node: Node) -> Sequence[str]:
    return text_of(node.children).split("\n")


def _code_block(node: Node) -> Sequence[str]:
    """Between ``` and ```: Discord ends a code block at the first three backticks, so those inside are parted."""
    language = _LANGUAGE.match(node.info)
    lines = node.text.replace("```", "`\u200b`\u200b`").split("\n")
    return [f"```{language[0] if language else ''}", *(lines if node.text.strip() else [" "]), "```"]


def _html(node: Node) -> Sequence[str]:
    return begin(escaped(node.text)).split("\n")


def _rule(node: Node) -> Sequence[str]:
    return [DIVIDER]


_SIMPLE: dict[NodeKind, Callable[[Node], Sequence[str]]] = {
    NodeKind.PARAGRAPH: _paragraph,
    NodeKind.CODE_BLOCK: _code_block,
    NodeKind.MATH_BLOCK: _code_block,
    NodeKind.HTML_BLOCK: _html,
    NodeKind.RULE: _rule,
    NodeKind.TABLE: table,
}
