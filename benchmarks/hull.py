"""The lower hull of lines, as a list from the least steep to the steepest: which is lowest at a given time?"""

from __future__ import annotations

from collections.abc import Sequence

Line = tuple[float, float, int]
"""By how much it falls in a second, its value at 0, and whose it is."""


def lowest(hull: Sequence[Line], here: int, at: float) -> int:
    """The line that is lowest at a time, not before the line `here`."""
    while here + 1 < len(hull) and hull[here + 1][1] - hull[here + 1][0] * at <= hull[here][1] - hull[here][0] * at:
        here += 1
    return here


def push(hull: list[Line], line: Line) -> None:
    """Add the steepest line so far."""
    slope, base, _ = line
    if hull and hull[-1][0] == slope:
        if hull[-1][1] <= base:
            return
        hull.pop()
    while len(hull) > 1:
        (one, low, _), (two, high, _) = hull[-2], hull[-1]
        if (base - low) * (two - one) > (high - low) * (slope - one):
            break
        hull.pop()  # the outer two meet before it is lowest anywhere
    hull.append(line)
