"""From Markdown to the tree."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cache
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bridge.markdown.dialect import dialect
from bridge.markdown.tree import Node, NodeKind

_BLOCKS = {
    "paragraph": NodeKind.PARAGRAPH,
    "heading": NodeKind.HEADING,
    "blockquote": NodeKind.QUOTE,
    "bullet_list": NodeKind.LIST,
    "ordered_list": NodeKind.LIST,
    "list_item": NodeKind.ITEM,
    "table": NodeKind.TABLE,
    "tr": NodeKind.ROW,
    "th": NodeKind.CELL,
    "td": NodeKind.CELL,
    "strong": NodeKind.STRONG,
    "em": NodeKind.EMPHASIS,
    "s": NodeKind.STRIKE,
    "link": NodeKind.LINK,
}
_LEAVES = {
    "text": NodeKind.TEXT,
    "softbreak": NodeKind.BREAK,
    "hardbreak": NodeKind.BREAK,
    "code_inline": NodeKind.CODE,
    "html_inline": NodeKind.HTML,
    "math_inline": NodeKind.MATH,
    "math_block": NodeKind.MATH_BLOCK,
    "html_block": NodeKind.HTML_BLOCK,
    "code_block": NodeKind.CODE_BLOCK,
    "fence": NodeKind.CODE_BLOCK,
    "hr": NodeKind.RULE,
}
_NO_NODE = frozenset(("thead", "tbody", "inline"))
LONGEST = 14_000
"""Characters that are parsed: no platform takes a message of so many, and hostile ones cost 3 µs each."""
MOST_LINES = 4_000
"""Lines that are parsed: each costs as much as a line of prose at least."""
_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)")


def parse_markdown(source: str) -> Node:
    """The tree of a text. Any text is Markdown: nothing is raised, and the time is linear in its length.

    What comes after 14,000 characters or 4,000 lines is one paragraph: no message has so many.
    """
    offsets = [0, *accumulate(len(line) for line in _LINE.findall(source))]
    end = _end(source, offsets)
    nodes = _nodes(_parser().parse(source[:end]), offsets)
    if end < len(source):
        rest = Node(NodeKind.TEXT, text=source[end:].rstrip("\n"))
        nodes = (*nodes, Node(NodeKind.PARAGRAPH, (rest,), tight=False, span=(end, len(source))))
    return Node(NodeKind.DOCUMENT, nodes, span=(0, len(source)))


def _end(source: str, offsets: list[int]) -> int:
    """How much of it is parsed: whole lines, unless one alone is too long."""
    end = offsets[MOST_LINES] if len(offsets) > MOST_LINES else len(source)
    if end <= LONGEST:
        return end
    return offsets[bisect_right(offsets, LONGEST) - 1] or LONGEST


@cache
def _parser() -> MarkdownIt:
    return dialect()


def _nodes(tokens: list[Token], offsets: list[int]) -> tuple[Node, ...]:
    """The nodes of a flat list in which some tokens open what others close."""
    open_: list[tuple[Token, list[Node]]] = []
    nodes: list[Node] = []
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _NO_NODE:
            nodes += _nodes(token.children or [], offsets)
        elif token.nesting > 0:
            open_.append((token, nodes))
            nodes = []
        elif token.nesting < 0:
            opening, outer = open_.pop()
            outer.append(_branch(opening, name, tuple(nodes), offsets))
            nodes = outer
        elif token.type != "text" or token.content:
            nodes.append(_leaf(token, offsets))
    return tuple(nodes)


def _branch(token: Token, name: str, children: tuple[Node, ...], offsets: list[int]) -> Node:
    kind, span = _BLOCKS[name], _span(token, offsets)
    if kind is NodeKind.HEADING:
        return Node(kind, children, number=int(token.tag[1:]), span=span)
    if kind is NodeKind.LIST:
        ordered = name == "ordered_list"
        number = int(token.attrs.get("start", 1)) if ordered else 0
        return Node(kind, children, number=number, ordered=ordered, tight=_tight(children), span=span)
    if kind is NodeKind.ITEM:
        return _item(children, span)
    if kind is NodeKind.CELL:
        return Node(kind, children, info=str(token.attrs.get("style", "")).removeprefix("text-align:"), span=span)
    if kind is NodeKind.LINK:
        href, title = str(token.attrs.get("href", "")), str(token.attrs.get("title", ""))
        return Node(kind, children, href=href, info=title, bare=bool(token.markup))
    tight = token.hidden or kind is not NodeKind.PARAGRAPH
    return Node(kind, children, tight=tight, span=span)


def _leaf(token: Token, offsets: list[int]) -> Node:
    if token.type == "image":
        href, title = str(token.attrs.get("src", "")), str(token.attrs.get("title", ""))
        return Node(NodeKind.IMAGE, _nodes(token.children or [], offsets), href=href, info=title)
    kind = _LEAVES[token.type]
    text = token.content
    if token.map is not None:
        text = text.removesuffix("\n")
    return Node(kind, text=text, info=token.info.strip(), span=_span(token, offsets))


def _item(children: tuple[Node, ...], span: tuple[int, int] | None) -> Node:
    """An item of a list, as a task where its text begins with a box. GitHub Flavored Markdown: task list items."""
    first = children[0] if children else None
    text = first.children[0] if first and first.kind is NodeKind.PARAGRAPH and first.children else None
    box = _TASK.match(text.text) if text and text.kind is NodeKind.TEXT else None
    if first is None or text is None or box is None:
        return Node(NodeKind.ITEM, children, span=span)
    rest = replace(text, text=text.text[box.end() :])
    paragraph = replace(first, children=(rest, *first.children[1:]))
    return Node(NodeKind.ITEM, (paragraph, *children[1:]), checked=box[1] != " ", span=span)


def _tight(items: tuple[Node, ...]) -> bool:
    return all(block.tight for item in items for block in item.children if block.kind is NodeKind.PARAGRAPH)


def _span(token: Token, offsets: list[int]) -> tuple[int, int] | None:
    if token.map is None:
        return None
    last = len(offsets) - 1
    return offsets[min(token.map[0], last)], offsets[min(token.map[1], last)]
