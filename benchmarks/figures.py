"""Draws what `benchmarks.streaming` has measured, for the page that explains it.

python -m benchmarks.streaming --save benchmarks/streaming.json
python -m benchmarks.figures
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.streaming import BRIDGE, TIMERS, Row

ROOT = Path(__file__).parent.parent
MEASURED = ROOT / "benchmarks" / "streaming.json"
PLOT = ROOT / "docs" / "images" / "streaming.svg"
PAGE = ROOT / "docs" / "explanation" / "streaming.md"
BEGIN, END = "<!-- figures: made by benchmarks/figures.py -->\n", "<!-- end of figures -->"
SECONDS = 20
"""How long the replies are that are drawn."""
CROWDS = {"1": "1 alone", "10": "10 at once", "50": "50 at once", "10, 0.73 s apart": "10, one after another"}
COLOURS = {BRIDGE: "#1a5fb4", "0.5 s": "#f5a623", "1.0 s": "#e5723b", "1.2 s": "#b5485d"}
LEFT, RIGHT, TOP, STEP, WIDTH = 250, 110, 74, 24, 760
MOST = 6.0
"""The greatest ratio on the axis."""

Line = Mapping[str, Row]
"""What each policy came to, with one surface and crowd."""


def lines(rows: Sequence[Row]) -> list[Line]:
    """The rows that are drawn, those of one line together."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        if row.seconds == SECONDS:
            found.setdefault((row.surface, row.replies), {})[row.policy] = row
    return list(found.values())


def plot(rows: Sequence[Row]) -> str:
    """How many times the least staleness that the budgets allow, as SVG."""
    drawn = lines(rows)
    height = TOP + STEP * len(drawn) + 8 * len({line[BRIDGE].surface for line in drawn}) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        _text(16, 24, f"How old the text on screen is, for answers of {SECONDS} s", weight="bold", size=15),
        _text(
            16, 44, "times the least that the platform's rate limits allow (1 = nobody can do better)", colour="#555"
        ),
        *_legend(),
        *_axis(height),
    ]
    y, before = TOP + 10.0, ""
    for line in drawn:
        bridge = line[BRIDGE]
        if bridge.surface != before:
            y += 8
            parts.append(_text(16, y + 4, bridge.surface, weight="bold"))
            before = bridge.surface
        parts.append(_text(LEFT - 12, y + 4, CROWDS[bridge.replies], anchor="end"))
        ratios = [min(row.ratio, MOST) for row in line.values()]
        parts.append(_rule((_x(min(ratios)), y), (_x(max(ratios)), y), "#ddd", width=3))
        parts += [_dot(_x(min(line[policy].ratio, MOST)), y, policy) for policy in reversed(TIMERS)]
        parts.append(_text(WIDTH - 16, y + 4, f"{bridge.mean:.2f} s", anchor="end", colour=COLOURS[BRIDGE]))
        y += STEP
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> list[str]:
    parts, x = [], float(LEFT)
    for policy in TIMERS:
        name = policy if policy == BRIDGE else f"every {policy}"
        parts += [_dot(x, 63, policy), _text(x + 10, 67, name)]
        x += 105
    return [*parts, _text(WIDTH - 16, 67, "bridge", anchor="end", colour=COLOURS[BRIDGE])]


def _axis(height: int) -> list[str]:
    bottom = height - 28
    parts = []
    for ratio in (1, 1.3, 2, 3, 4, MOST):
        parts.append(_rule((_x(ratio), TOP + 4), (_x(ratio), bottom), "#222" if ratio == 1 else "#ccc"))
        parts.append(_text(_x(ratio), bottom + 16, f"{ratio:g}\N{MULTIPLICATION SIGN}", anchor="middle", colour="#555"))
    return parts


def _x(ratio: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * math.log(max(ratio, 1.0)) / math.log(MOST)


def _dot(x: float, y: float, policy: str) -> str:
    radius = 6.5 if policy == BRIDGE else 4.5
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{COLOURS[policy]}"/>'


def _rule(begin: tuple[float, float], end: tuple[float, float], colour: str, width: int = 1) -> str:
    ends = f'x1="{begin[0]:.1f}" y1="{begin[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    colour: str = "#222",
    weight: str = "normal",
    size: int = 13,
) -> str:
    style = f'text-anchor="{anchor}" fill="{colour}" font-weight="{weight}" font-size="{size}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'


def table(rows: Sequence[Row]) -> str:
    """The same figures in Markdown."""
    text = [
        f"| answers of {SECONDS} s | bridge | least possible | best timer, refused calls | first text | end late by |",
        "|---|---|---|---|---|---|",
    ]
    for line in lines(rows):
        bridge = line[BRIDGE]
        timer = min((row for row in line.values() if row is not bridge), key=lambda row: row.mean)
        text.append(
            f"| {bridge.surface}, {CROWDS[bridge.replies]} | **{bridge.mean:.2f} s** | {bridge.optimum:.2f} s"
            f" | {timer.mean:.2f} s, {timer.refused} | {bridge.first:.2f} s | {bridge.final:.2f} s |"
        )
    return "\n".join(text) + "\n"


def page(text: str, rows: Sequence[Row]) -> str:
    """The page with the figures as they are now."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}{table(rows)}{END}{rest.split(END)[1]}"


def main() -> None:
    """Write both."""
    rows = [Row(**row) for row in json.loads(MEASURED.read_text())]
    PLOT.write_text(plot(rows))
    PAGE.write_text(page(PAGE.read_text(), rows))


if __name__ == "__main__":
    main()
