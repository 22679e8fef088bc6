"""Files that are made from the code are current, and the pages point to what exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks import figures
from benchmarks.streaming import BRIDGE, Row, measure, missed
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


def test_the_figures_of_the_page_are_those_that_were_measured() -> None:
    rows = [Row(**row) for row in json.loads(figures.MEASURED.read_text())]
    assert figures.PLOT.read_text() == figures.plot(rows), "run: make generate"
    assert figures.PAGE.read_text() == figures.page(figures.PAGE.read_text(), rows), "run: make generate"
    assert not list(missed(rows))


def test_what_was_measured_is_what_is_measured_now() -> None:
    """Where it takes no time to tell: virtual time gives the same figures on every machine."""
    rows = [Row(**row) for row in json.loads(figures.MEASURED.read_text())]
    for row in rows:
        if row.policy == BRIDGE and row.seconds == figures.SECONDS:
            assert measure(row.surface, row.replies, row.seconds, row.policy, row.optimum) == row, "measure anew"
