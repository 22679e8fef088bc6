"""The example of the sandbox's reference runs, and the page names only what exists."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bridge_sandbox.sandbox import Sandbox

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "sandbox.md"


def _section(title: str) -> str:
    return PAGE.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]


async def test_the_example_runs() -> None:
    example = _section("In your tests").partition("```python\n")[2].partition("```")[0]

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", example, stdout=PIPE)
    output, _ = await process.communicate()

    first, second, *shown = output.decode().splitlines()
    assert process.returncode == 0
    assert first == "429 {'ok': False, 'error': 'ratelimited'}"
    assert second.startswith("200 {'ok': True")
    assert shown == ["Ada @bridge hello", "bridge hello *Ada*"]


@pytest.mark.parametrize(
    ("title", "service"), [("Slack", "slack"), ("Discord", "discord"), ("VectorShift", "vectorshift")]
)
def test_the_tables_name_what_exists(title: str, service: str) -> None:
    fake = getattr(Sandbox(), service)
    right_column = re.findall(r"^\|[^|]*\|([^|]*)\|$", _section(title), flags=re.MULTILINE)[2:]

    names = [name for cell in right_column for name in re.findall(r"`(?:await )?([a-z_]+)", cell)]

    assert len(names) >= len(right_column) - 2
    assert [name for name in names if name not in {"scale", "limit_scale"} and not hasattr(fake, name)] == [
        "get_messages"
    ] * (service == "vectorshift")
