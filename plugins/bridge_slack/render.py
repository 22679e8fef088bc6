"""A part as a Slack message: its blocks, and a short text for notifications and screen readers. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from bridge import Node, NodeKind, Part, Unit, parse_markdown, plain_text
from bridge_slack import markdown, tables
from bridge_slack.mentions import harmless

FALLBACK = 600
"""Characters of the short text; escaping makes it at most five times longer, below the 4,000 of chat.update."""
LARGEST = 12_000
"""Characters of all blocks as they are sent; Slack refuses payloads of about 13,200, which it does not document."""

Blocks = Sequence[dict[str, Any]]


def body(part: Part) -> dict[str, Any]:
    """The text and blocks of a call. Slack: chat.postMessage."""
    tree = _tree(part.text)
    return {"text": _fallback(tree), "blocks": _blocks(tree, part)}


def simple(part: Part) -> dict[str, Any]:
    """The like in the one kind of block that Slack has long known, for when it refuses the others."""
    return {"text": _fallback(_tree(part.text)), "blocks": [_markdown(harmless(part.text))]}


@lru_cache(maxsize=256)
def size(text: str, unit: Unit) -> int:
    """The size of a part with this text, as Slack may count it."""
    return unit.size(shown(text))


def shown(text: str) -> str:
    """What a markdown block is given for a text."""
    return harmless(markdown.for_block(_tree(text), text).strip("\n") or text)


_tree = lru_cache(maxsize=64)(parse_markdown)


def _blocks(tree: Node, part: Part) -> Blocks:
    """A finished message with one table has it as a table block: more than one no message takes."""
    found = [node for node in tree.children if node.kind is NodeKind.TABLE]
    if part.final and len(found) == 1 and tables.fits(found[0]):
        blocks = _around(tree, found[0], part.text)
        if len(json.dumps(blocks, ensure_ascii=False)) <= LARGEST:
            return blocks
    return [_markdown(shown(part.text))]


def _around(tree: Node, table: Node, text: str) -> Blocks:
    place = tree.children.index(table)
    start, end = table.span or (0, len(text))
    before = markdown.between(tree.children[:place], text, 0, start)
    after = markdown.between(tree.children[place + 1 :], text, end, len(text))
    blocks = [_markdown(harmless(before.strip("\n"))), tables.block(table), _markdown(harmless(after.strip("\n")))]
    return [block for block in blocks if block.get("text") != ""]


def _markdown(text: str) -> dict[str, Any]:
    return {"type": "markdown", "text": text}


def _fallback(tree: Node) -> str:
    text = harmless(plain_text(tree).strip())
    short = text if len(text) <= FALLBACK else text[:FALLBACK].rsplit(None, 1)[0] + " …"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
