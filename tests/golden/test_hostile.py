"""No text takes more time than in proportion to its length, however it is made."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from time import process_time

import pytest

from bridge import Part
from bridge_discord.render import render
from bridge_slack.render import body

PIECES = (
    *(
        "[",
        "[a](",
        "![",
        "](",
        "*",
        "_",
        "**a ",
        "*a_ ",
        "~~",
        "`",
        "`a",
        "```\n",
        "<",
        "<a",
        "<!--",
        "&",
        "&amp;",
        "|",
    ),
    *("> ", ">", "- ", "1. ", "  - a\n", "#", "# a\n", "a\n", "$", "$a ", "\\(", "\\", "http://", "@here ", "<@U1>"),
    *("| a |\n|-|\n", "| a | b |\n", "[a]: b\n", "[^1]: a\n", "a", "\n"),
)
RENDERERS: dict[str, Callable[[str], object]] = {
    "discord": render,
    "slack": lambda text: body(Part(text, final=True)),
}
SHORT, LONG, ENDLESS = 3_000, 12_000, 100_000


def cost(show: Callable[[str], object], piece: str, length: int, numbers: count[int]) -> float:
    """The least processor time of three; a number makes each text a new one, since renderings are kept."""
    times = []
    for _ in range(3):
        text = f"{next(numbers)}\n\n" + piece * (length // len(piece))
        began = process_time()
        show(text)
        times.append(process_time() - began)
    return min(times)


@pytest.mark.parametrize("platform", RENDERERS)
@pytest.mark.parametrize("piece", PIECES)
def test_time_grows_with_the_length(platform: str, piece: str) -> None:
    numbers = count()
    short = cost(RENDERERS[platform], piece, SHORT, numbers)
    long = cost(RENDERERS[platform], piece, LONG, numbers)
    endless = cost(RENDERERS[platform], piece, ENDLESS, numbers)
    assert long < max(short, 0.002) * (LONG / SHORT) * 3
    assert endless < max(long, 0.02) * (ENDLESS / LONG) * 3
