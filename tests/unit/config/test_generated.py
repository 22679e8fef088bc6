"""The example, the schema and the reference, generated from the models of the core and of plugins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bridge.config.example import example_toml
from bridge.config.reference import reference_markdown
from bridge.config.schema import json_schema
from bridge.config.settings import RouteTable, Settings
from tests.unit.config.paper import PLATFORM_EXAMPLE, PROVIDER_EXAMPLE, load, mistakes, paper_plugins


def test_the_example_is_a_right_file_with_every_plugin_in_it(tmp_path: Path) -> None:
    text = example_toml(paper_plugins())
    assert PLATFORM_EXAMPLE in text
    assert PROVIDER_EXAMPLE in text
    config = load(tmp_path, text)
    assert [route.chatbot for route in config.routes] == ["clever", "clever"]


def test_the_example_mentions_every_key_of_the_core_and_each_can_be_used(tmp_path: Path) -> None:
    text = example_toml(paper_plugins())
    for key in (*Settings.model_fields, *RouteTable.model_fields):
        assert key in text, key
    used = [
        line.removeprefix("# ").replace("NAME", "paper").replace('plugins  = ["name"]', "") if " = " in line else line
        for line in text.splitlines()
        if not line.startswith("# A secret")
    ]
    assert mistakes(tmp_path, "\n".join(used).replace('env = "paper"', 'env = "PAPER_TOKEN"')) == []


def schema() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(json_schema(paper_plugins())))
    return made


def test_the_schema_knows_every_table_and_refuses_other_keys() -> None:
    found = schema()
    assert list(found["properties"]) == ["bridge", "platforms", "providers", "chatbots", "routes"]
    tables = found["properties"]
    route = tables["routes"]["items"]
    assert set(route["properties"]) == set(RouteTable.model_fields)
    assert route["required"] == ["chatbot"]
    assert tables["bridge"]["properties"]["grace"]["default"] == "30s"
    for table in (found, route, tables["bridge"], tables["platforms"]["properties"]["paper"]):
        assert table["additionalProperties"] is False
    (chatbot,) = tables["chatbots"]["additionalProperties"]["anyOf"]
    assert {"provider", "name", "kind", "owner"} == set(chatbot["properties"])


def test_in_the_schema_a_type_is_implied_by_a_name_and_else_required() -> None:
    platforms = schema()["properties"]["platforms"]
    implied, (stated,) = platforms["properties"]["paper"], platforms["additionalProperties"]["anyOf"]
    assert "type" not in implied.get("required", [])
    assert stated["required"] == ["type"]
    assert implied["properties"]["type"] == stated["properties"]["type"] == {"const": "paper"}


def test_every_reference_inside_the_schema_resolves() -> None:
    found = schema()

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [each for inner in value.values() for each in references(inner)]
        return [each for inner in value for each in references(inner)] if isinstance(value, list) else []

    used = references(found)
    assert used
    assert all(reference.removeprefix("#/$defs/") in found["$defs"] for reference in used)


def test_the_reference_has_a_row_with_a_meaning_for_every_key() -> None:
    text = reference_markdown(paper_plugins())
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    keys = [row[0].strip("`") for row in rows]
    core = [
        *Settings.model_fields,
        "token",
        "api_url",
        "pages",
        "api_key",
        "linger",
        "provider",
        "name",
        "kind",
        "owner",
    ]
    assert keys == [*core, *RouteTable.model_fields]
    assert all(len(row) == 4 and row[3] for row in rows)
    assert "| `token` | secret | the variable `PAPER_TOKEN` | The token on the paper. |" in text
    assert "| `linger` | duration |  | How long a thought stays. |" in text
