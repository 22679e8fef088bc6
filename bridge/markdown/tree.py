"""What a parsed Markdown text is made of. Pure data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node is. Block nodes hold block or inline nodes, inline nodes hold inline nodes."""

    DOCUMENT = "document"
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    """`number` is its level, 1 to 6."""
    QUOTE = "quote"
    LIST = "list"
    """Holds ITEMs; `number` is the first one's where `ordered`."""
    ITEM = "item"
    """`checked` is None unless it is a task."""
    CODE_BLOCK = "code_block"
    """`text` is the code without its last line break, `info` what stands behind the opening fence."""
    HTML_BLOCK = "html_block"
    RULE = "rule"
    TABLE = "table"
    """Holds ROWs of as many CELLs each; the first is the header."""
    ROW = "row"
    CELL = "cell"
    """`info` is "left", "center", "right" or empty."""
    MATH_BLOCK = "math_block"
    """`text` is the formula without its marks."""

    TEXT = "text"
    """`text` as people read it: entities and backslash escapes are resolved."""
    BREAK = "break"
    """An end of a line, soft or hard."""
    CODE = "code"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    STRIKE = "strike"
    LINK = "link"
    """`href` is the percent-encoded target, `info` the title; `bare` when the target itself was written."""
    IMAGE = "image"
    """Like a link; its children are the description."""
    HTML = "html"
    MATH = "math"


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree; which fields mean something is said at its kind."""

    kind: NodeKind
    children: tuple[Node, ...] = ()
    text: str = ""
    info: str = ""
    href: str = ""
    number: int = 0
    ordered: bool = False
    tight: bool = True
    """Of a LIST: no blank lines stand between its items. Of a PARAGRAPH: it stands in such a list."""
    checked: bool | None = None
    bare: bool = False
    span: tuple[int, int] | None = None
    """Of a block: where its lines begin and end in the source, in characters."""


def plain_text(node: Node) -> str:
    """What one reads of a node, without any formatting; an image is its description. Blocks are parted by line breaks,
    cells by tabs."""
    return "".join(_words(node)).rstrip("\n\t")


def code_span(text: str) -> str:
    """Markdown that shows `text` as code within a line, whatever is in it. CommonMark: code spans."""
    text = " ".join(text.split("\n"))
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{space}{text}{space}{ticks}"


_PARTED = {
    NodeKind.PARAGRAPH: "\n",
    NodeKind.HEADING: "\n",
    NodeKind.CODE_BLOCK: "\n",
    NodeKind.HTML_BLOCK: "\n",
    NodeKind.MATH_BLOCK: "\n",
    NodeKind.BREAK: "\n",
    NodeKind.ROW: "\n",
    NodeKind.CELL: "\t",
}


def _words(node: Node) -> Iterator[str]:
    if node.text:
        yield node.text
    for child in node.children:
        yield from _words(child)
    if end := _PARTED.get(node.kind):
        yield end
