"""What the pages quote is what stands in the code."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from bridge.config import load_config
from bridge.plugins import Plugins

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


def _examples() -> list[tuple[str, str]]:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    found = [
        (f"{page.relative_to(ROOT)}", textwrap.dedent(text))
        for page in pages
        for text in re.findall(r"^ *```toml\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL)
    ]
    return [(page, text) for page, text in found if "[platforms." in text and "[[routes]]" in text]


@pytest.mark.parametrize(("page", "text"), _examples())
def test_a_whole_configuration_on_a_page_is_right(page: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_text(text)
    config = load_config(tmp_path / "bridge.toml", Plugins(), {}, secrets=False)
    assert config.routes
