"""What importing costs, and what it must not need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SDKS = ["discord", "httpx", "slack_bolt", "slack_sdk", "vectorshift", "websockets"]
HEAVY = {*SDKS, "aiohttp", "alembic", "prometheus_client", "pydantic", "rich", "sqlalchemy", "structlog"}
PLUGINS = ["bridge_slack", "bridge_discord", "bridge_vectorshift", "bridge_sandbox"]

BLOCKED = """
import importlib, pkgutil, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"{name} is blocked by this test", name=name)

blocked = set(sys.argv[1:])
sys.meta_path.insert(0, Blocked())
import bridge
names = {module.name for module in pkgutil.walk_packages(bridge.__path__, "bridge.")} - {"bridge.__main__"}
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def python(code: str, *arguments: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has imported after `code`."""
    return set(json.loads(python(f"{code}\nimport sys, json; print(json.dumps(list(sys.modules)))").splitlines()[-1]))


def test_the_core_needs_no_sdk_and_no_plugin() -> None:
    assert int(python(BLOCKED, *SDKS, *PLUGINS)) > 50


def test_the_door_is_light() -> None:
    assert not loaded_by("import bridge") & {*HEAVY, "typer"}


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_is_light_until_it_is_used(plugin: str) -> None:
    assert not loaded_by(f"import {plugin}") & HEAVY


def test_help_is_light() -> None:
    help_text = "from bridge.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    assert not loaded_by(help_text) & HEAVY


def test_every_public_name_is_there_and_listed() -> None:
    import bridge
    import bridge.testing
    from bridge.testing import contracts

    for door in (bridge, bridge.testing, contracts):
        assert len(set(door.__all__)) == len(door.__all__)
        for name in door.__all__:
            assert getattr(door, name) is not None
    public = {name for name, value in vars(bridge).items() if getattr(value, "__module__", "").startswith("bridge.")}
    assert public <= set(bridge.__all__), public - set(bridge.__all__)
