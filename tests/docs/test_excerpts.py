"""What the pages quote is what stands in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ECHO = ROOT / "tests" / "packaging" / "bridge_echo"


@pytest.mark.parametrize("language", ["python", "toml"])
def test_the_plugin_tutorial_quotes_the_plugin(language: str) -> None:
    sources = "\n".join(path.read_text() for path in [*ECHO.rglob("*.py"), ECHO / "pyproject.toml"])
    excerpts = re.findall(rf"^```{language}\n(.*?)^```", (ECHO / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    quoted = [re.sub(r"^# pyproject.toml\n", "", text) for text in excerpts if not text.startswith("# bridge.toml")]
    assert quoted
    for text in quoted:
        assert text in sources, text
