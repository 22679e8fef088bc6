"""Tables, which Discord does not show: as aligned text in a code block, or row by row when that is too wide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

DELIMITER = re.compile(r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
WIDEST = 60
"""Columns of text that a code block shows without breaking lines on most screens."""


def is_table_start(lines: Sequence[str], index: int) -> bool:
    """Whether a table's header stands here: a row, and below it a delimiter row of as many cells."""
    if index + 1 >= len(lines) or "|" not in lines[index] or not DELIMITER.match(lines[index + 1]):
        return False
    return len(_cells(lines[index])) == len(_cells(lines[index + 1]))


def take_table(lines: Sequence[str], start: int) -> tuple[list[str], int]:
    """The table that starts here, as lines for Discord, and how many lines it was."""
    end = start + 2
    while end < len(lines) and "|" in lines[end] and lines[end].strip():
        end += 1
    header = _cells(lines[start])
    rows = [_fitted(_cells(line), len(header)) for line in lines[start + 2 : end]]
    widths = [max(_width(row[i]) for row in [header, *rows]) for i in range(len(header))]
    if sum(widths) + 2 * (len(widths) - 1) <= WIDEST:
        return _aligned(header, rows, widths), end - start
    return _listed(header, rows), end - start


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)]


def _fitted(cells: list[str], count: int) -> list[str]:
    return (cells + [""] * count)[:count]


def _width(text: str) -> int:
    """Columns that a text takes in a fixed-width font."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _aligned(header: list[str], rows: list[list[str]], widths: list[int]) -> list[str]:
    def line(cells: list[str]) -> str:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
        return "  ".join(padded).rstrip().replace("```", "`\u200b`\u200b`")

    ruler = "  ".join("─" * width for width in widths)
    return ["```", line(header), ruler, *map(line, rows), "```"]


def _listed(header: list[str], rows: list[list[str]]) -> list[str]:
    lines = []
    for row in rows:
        pairs = [f"**{name}**: {cell}" if name else cell for name, cell in zip(header, row, strict=True) if cell]
        lines.append("- " + " · ".join(pairs))
    return lines or ["**" + "** · **".join(header) + "**"]
