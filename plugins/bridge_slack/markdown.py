"""Markdown as Slack's `markdown` block shows it. Pure. Slack: Block Kit, markdown block.

The block shows headings, emphasis, links, lists, tasks, quotes, code, rules and tables as they are written, so that a
text is given to it verbatim where it consists of those. What it does not show is written anew from the tree: images as
links, formulas as code, footnotes as text, entities as what they stand for, and links whose target stands elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from bridge import Node, NodeKind, code_span

_REWRITTEN = {NodeKind.IMAGE, NodeKind.MATH, NodeKind.MATH_BLOCK}
_FOOTNOTE = re.compile(r"^\[\^", re.MULTILINE)
_SPECIAL = re.compile(r"[\\`*_~\[\]<>|]|&(?=#?\w+;)")
_BEGINS_BLOCK = re.compile(r"(?m)^([ \t]*)([#>+-](?=[ \t#>+-])|\d+(?=[.)][ \t]))")
_RUN = re.compile("`+")
_ENTITY = re.compile(r"&(?:#\w+|\w+);")


def for_block(tree: Node, markdown: str) -> str:
    """The text for a markdown block. `tree` is that of `markdown`."""
    return between(tree.children, markdown, 0, len(markdown))


def between(blocks: Sequence[Node], markdown: str, start: int, end: int) -> str:
    """The text for a markdown block of what stands between two places of a text; `blocks` are those in there."""
    defined = _has_definitions(blocks, markdown, start, end)
    shown, at = [], start
    for block in blocks:
        first, last = block.span or (at, at)
        if not defined:
            shown.append(markdown[at:first])
        elif shown:
            shown.append("\n")
        source = markdown[first:last]
        anew = _must_change(block, defined=defined) or _has_entities(block, source)
        shown.append(_written(block) + "\n" if anew else source)
        at = last
    return "".join(shown) + ("" if defined else markdown[at:end])


def _has_definitions(blocks: Sequence[Node], markdown: str, start: int, end: int) -> bool:
    """Whether there is text that belongs to no block: it can only say where links lead."""
    spans = [block.span for block in blocks if block.span is not None]
    edges = [start, *(edge for span in spans for edge in span), end]
    return any(markdown[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True))


def _must_change(node: Node, *, defined: bool) -> bool:
    if node.kind in _REWRITTEN or (defined and node.kind is NodeKind.LINK):
        return True
    if node.kind is NodeKind.PARAGRAPH and node.children and _FOOTNOTE.match(node.children[0].text):
        return True
    return any(_must_change(child, defined=defined) for child in node.children)


def _has_entities(node: Node, source: str) -> bool:
    return node.kind not in {NodeKind.CODE_BLOCK, NodeKind.HTML_BLOCK} and _ENTITY.search(source) is not None


def _written(node: Node) -> str:
    return "\n".join(_lines(node))


def _lines(node: Node) -> Iterator[str]:
    """The lines of one block, written anew."""
    match node.kind:
        case NodeKind.PARAGRAPH:
            yield from _begin(_inline(node.children)).split("\n")
        case NodeKind.HEADING:
            yield f"{'#' * node.number} {' '.join(_inline(node.children).split())}"
        case NodeKind.QUOTE:
            yield from (f"> {line}".rstrip() for line in _blocks(node.children, apart=True))
        case NodeKind.LIST:
            yield from _list(node)
        case NodeKind.TABLE:
            yield from _table(node)
        case NodeKind.RULE:
            yield "---"
        case NodeKind.HTML_BLOCK:
            yield node.text
        case _:
            fence = "`" * max(3, 1 + max(map(len, _RUN.findall(node.text)), default=0))
            yield from (f"{fence}{node.info}", *node.text.split("\n"), fence)


def _blocks(nodes: Sequence[Node], *, apart: bool) -> Iterator[str]:
    for place, node in enumerate(nodes):
        if place and apart:
            yield ""
        yield from _lines(node)


def _list(node: Node) -> Iterator[str]:
    for place, item in enumerate(node.children):
        if place and not node.tight:
            yield ""
        marker = f"{node.number + place}. " if node.ordered else "- "
        box = "" if item.checked is None else f"[{'x' if item.checked else ' '}] "
        lines = list(_blocks(item.children, apart=not node.tight))
        yield (marker + box + (lines[0] if lines else "")).rstrip()
        yield from (" " * len(marker) + line if line else "" for line in lines[1:])


def _table(node: Node) -> Iterator[str]:
    dashes = {"left": ":--", "right": "--:", "center": ":-:"}
    header, *rows = node.children
    yield _row(header)
    yield f"| {' | '.join(dashes.get(cell.info, '---') for cell in header.children)} |"
    yield from map(_row, rows)


def _row(row: Node) -> str:
    return f"| {' | '.join(' '.join(_inline(cell.children).split()) for cell in row.children)} |"


def _begin(text: str) -> str:
    """Text in which no line begins a block or a definition."""
    return _BEGINS_BLOCK.sub(lambda found: f"{found[1]}{_escaped_mark(found[2])}", text)


def _escaped_mark(mark: str) -> str:
    return mark if mark.isdigit() else f"\\{mark}"


def _inline(nodes: Iterable[Node]) -> str:
    return "".join(_INLINE[node.kind](node) for node in nodes)


def _text(node: Node) -> str:
    return _SPECIAL.sub(r"\\\g<0>", node.text)


def _marked(mark: str) -> Callable[[Node], str]:
    return lambda node: f"{mark}{_inline(node.children)}{mark}"


def _link(node: Node) -> str:
    if node.bare:
        return node.href
    words = _inline(node.children) or "image"
    return f"[{words}]({node.href.replace('(', '%28').replace(')', '%29')})" if node.href else words


_INLINE: dict[NodeKind, Callable[[Node], str]] = {
    NodeKind.TEXT: _text,
    NodeKind.BREAK: lambda _: "\n",
    NodeKind.CODE: lambda node: code_span(node.text),
    NodeKind.MATH: lambda node: code_span(node.text),
    NodeKind.HTML: lambda node: node.text,
    NodeKind.STRONG: _marked("**"),
    NodeKind.EMPHASIS: _marked("*"),
    NodeKind.STRIKE: _marked("~~"),
    NodeKind.LINK: _link,
    NodeKind.IMAGE: _link,
}
