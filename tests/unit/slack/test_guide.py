"""The guide says what the program does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from bridge_slack.manifest import SCOPES

GUIDE = (Path(__file__).parents[3] / "docs/how-to/set-up-slack.md").read_text()


def test_every_scope_is_explained_in_the_same_words() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+:[a-z]+)` \| (.+) \|$", GUIDE, re.MULTILINE))
    assert rows == dict(SCOPES)


def test_the_configuration_of_the_guide_is_toml() -> None:
    [example] = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert {"platforms", "providers", "chatbots", "routes"} == tomllib.loads(example).keys()
