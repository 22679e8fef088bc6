"""Tables as Slack's own `table` block. Pure. Slack: Block Kit, table block.

It keeps columns aligned and scrolls what is wide, but a message takes only one, of at most 100 rows and 20 columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bridge import Node, NodeKind, plain_text
from bridge_slack.mentions import harmless

MOST_ROWS = 100
MOST_COLUMNS = 20
_EMPTY = "\u200b"
"""A cell's text must not be empty."""
_STYLES = {
    NodeKind.STRONG: "bold",
    NodeKind.EMPHASIS: "italic",
    NodeKind.STRIKE: "strike",
    NodeKind.CODE: "code",
    NodeKind.MATH: "code",
}


def fits(table: Node) -> bool:
    """Whether the table may stand in a table block."""
    return len(table.children) <= MOST_ROWS and len(table.children[0].children) <= MOST_COLUMNS


def block(table: Node) -> dict[str, Any]:
    """The block of a table."""
    aligns = [cell.info or "left" for cell in table.children[0].children]
    return {
        "type": "table",
        "column_settings": [{"align": align, "is_wrapped": True} for align in aligns],
        "rows": [
            [_cell(cell, header=not number) for cell in row.children] for number, row in enumerate(table.children)
        ],
    }


def _cell(cell: Node, *, header: bool) -> dict[str, Any]:
    if not header and all(node.kind is NodeKind.TEXT for node in cell.children):
        return {"type": "raw_text", "text": harmless(plain_text(cell)) or _EMPTY}
    elements = list(_elements(cell.children, {"bold": True} if header else {}, None))
    section = {"type": "rich_text_section", "elements": elements or [{"type": "text", "text": _EMPTY}]}
    return {"type": "rich_text", "elements": [section]}


def _elements(nodes: Iterable[Node], style: dict[str, bool], url: str | None) -> Iterator[dict[str, Any]]:
    """What stands in a cell, as rich text."""
    for node in nodes:
        inside = style | ({_STYLES[node.kind]: True} if node.kind in _STYLES else {})
        if node.kind in {NodeKind.LINK, NodeKind.IMAGE}:
            target = node.href if node.href.startswith(("http://", "https://", "mailto:")) else None
            yield from _elements(node.children, inside, target or url)
        elif node.children:
            yield from _elements(node.children, inside, url)
        elif text := harmless(" " if node.kind is NodeKind.BREAK else node.text):
            words = {"type": "text", "text": text} if url is None else {"type": "link", "url": url, "text": text}
            yield words | ({"style": inside} if inside else {})
