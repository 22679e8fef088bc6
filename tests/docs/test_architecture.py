"""The picture of the rooms is that of the import contract."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_rooms_stand_in_the_order_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [layer.split(" | ") for layer in contracts[0]["layers"]]
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text()
    picture = re.search(r"^ testing .*?(?=^```)", page, re.MULTILINE | re.DOTALL)
    assert picture is not None
    drawn = [line[:38].split() for line in picture.group().splitlines()]
    assert drawn == layers
