"""Blocks of a message: what Slack refuses of them, and how its client shows them, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bridge_sandbox.slack.errors import SlackRefusal

LONGEST_MARKDOWN = 12_000
"""Slack: markdown block; the sum over one payload."""
LONGEST = 13_200
"""Not documented; measured by others as the size of all blocks together."""
MOST_BLOCKS = 50
MOST_ROWS, MOST_COLUMNS = 100, 20
"""Slack: table block."""
TYPES = {"markdown", "section", "divider", "header", "context", "actions", "image", "rich_text", "table"}
_STYLES = {"bold": "**", "italic": "*", "strike": "~~", "code": "`"}

Block = dict[str, Any]


def check(blocks: Any) -> None:
    """Hold blocks against Slack's limits. Raises SlackRefusal."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackRefusal("invalid_blocks_format")
    if len(blocks) > MOST_BLOCKS or any(block.get("type") not in TYPES for block in blocks):
        raise SlackRefusal("invalid_blocks")
    written = [block.get("text") for block in blocks if block["type"] == "markdown"]
    if any(not isinstance(text, str) or not text for text in written):
        raise SlackRefusal("invalid_blocks")
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1 or not all(map(_is_table, tables)):
        raise SlackRefusal("invalid_blocks")
    if sum(len(str(text)) for text in written) > LONGEST_MARKDOWN:
        raise SlackRefusal("msg_too_long")
    if sum(len(text) for block in blocks for text in texts(block)) > LONGEST:
        raise SlackRefusal("msg_blocks_too_long")


def texts(block: Block) -> Iterator[str]:
    """Every text in a block."""
    if block.get("type") == "table":
        for row in block["rows"]:
            for cell in row:
                yield from (str(element["text"]) for element in _elements(cell))
    elif isinstance(block.get("text"), str):
        yield block["text"]


def as_markdown(blocks: Sequence[Block]) -> str:
    """What people see of the blocks that hold an answer."""
    shown = [str(block["text"]) for block in blocks if block.get("type") == "markdown"]
    if len(shown) == len(blocks):
        return "\n\n".join(shown)
    kinds = {"markdown": lambda block: str(block["text"]), "table": _table}
    return "\n\n".join(kinds[block["type"]](block) for block in blocks if block.get("type") in kinds)


def _is_table(block: Block) -> bool:
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
        return False
    widths = {len(row) if isinstance(row, list) else 0 for row in rows}
    return len(widths) == 1 and 1 <= max(widths) <= MOST_COLUMNS and all(_is_cell(cell) for row in rows for cell in row)


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or cell.get("type") not in {"raw_text", "rich_text"}:
        return False
    try:
        return all(isinstance(element["text"], str) and element["text"] for element in _elements(cell))
    except (KeyError, TypeError):
        return False


def _elements(cell: Block) -> list[Block]:
    if cell["type"] == "raw_text":
        return [cell]
    return [element for section in cell["elements"] for element in section["elements"]]


def _table(block: Block) -> str:
    dashes = {"right": "--:", "center": ":-:"}
    rows = [f"| {' | '.join(map(_cell, row))} |" for row in block["rows"]]
    settings = block.get("column_settings") or [{}] * len(block["rows"][0])
    return "\n".join([rows[0], f"| {' | '.join(dashes.get(one.get('align'), '---') for one in settings)} |", *rows[1:]])


def _cell(cell: Block) -> str:
    return "".join(map(_styled, _elements(cell))).replace("|", "\\|").strip("\u200b")


def _styled(element: Block) -> str:
    text = str(element["text"])
    for style, mark in _STYLES.items():
        if (element.get("style") or {}).get(style):
            text = f"{mark}{text}{mark}"
    return f"[{text}]({element['url']})" if element.get("type") == "link" else text
