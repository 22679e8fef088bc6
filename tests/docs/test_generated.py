"""Files that are made from the code are current, and the pages point to what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import stale

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "tests" / "packaging" / "bridge_echo" / "README.md",
]


def test_generated_files_are_current() -> None:
    assert stale() == [], "run: make generate"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    missing = [
        target
        for target in targets
        if not target.startswith(("http", "#", "mailto:")) and not (page.parent / target.partition("#")[0]).exists()
    ]
    assert missing == []
