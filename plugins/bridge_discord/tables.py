"""Tables, which Discord does not show: as aligned text in a code block, or row by row when that is too wide."""

from __future__ import annotations

from collections.abc import Sequence

from bridge import Node, display_width, plain_text
from bridge_discord.inline import Around, line

WIDEST = 60
"""Columns of text that a code block shows without breaking lines on most screens."""
_BETWEEN = "  "


def table(node: Node) -> list[str]:
    """The lines that show a table."""
    cells = [[" ".join(plain_text(cell).split()) for cell in row.children] for row in node.children]
    widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
    if sum(widths) + len(_BETWEEN) * (len(widths) - 1) <= WIDEST:
        aligns = [cell.info for cell in node.children[0].children]
        return _aligned(cells, widths, aligns)
    return _listed(node.children)


def _aligned(cells: Sequence[Sequence[str]], widths: Sequence[int], aligns: Sequence[str]) -> list[str]:
    header, *rows = [
        _BETWEEN.join(map(_padded, row, widths, aligns)).rstrip().replace("```", "`\u200b`\u200b`") for row in cells
    ]
    return ["```", header, _BETWEEN.join("─" * width for width in widths), *rows, "```"]


def _padded(cell: str, width: int, align: str) -> str:
    blanks = width - display_width(cell)
    before = {"right": blanks, "center": blanks // 2}.get(align, 0)
    return " " * before + cell + " " * (blanks - before)


def _listed(rows: Sequence[Node]) -> list[str]:
    """Each row is an item: "column: value" for each value that there is."""
    header, *others = rows
    names = [line(cell.children, Around(bold=True)) for cell in header.children]
    lines = []
    for row in others:
        pairs = zip(names, (line(cell.children) for cell in row.children), strict=True)
        lines.append("- " + " · ".join(f"**{name}**: {value}" if name else value for name, value in pairs if value))
    return lines or [" · ".join(f"**{name}**" for name in names if name)]
