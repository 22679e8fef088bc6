"""bridge.config: whatever stands in a file, reading it gives a Config or mistakes with their lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.config.settings import RouteTable, Settings
from tests.unit.config.paper import BrainTable, PaperTable, ThoughtTable, mistakes
from tests.unit.config.writing import VALUES, Writer


def tables(*models: type[Settings | RouteTable | PaperTable | BrainTable | ThoughtTable]) -> st.SearchStrategy[Any]:
    keys = [name for model in models for name in model.model_fields]
    return VALUES | st.dictionaries(st.sampled_from([*keys, "type", "provider"]), VALUES, max_size=4)


def named(*names: str, of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return VALUES | st.dictionaries(st.sampled_from(names), of, max_size=3)


FILES = st.fixed_dictionaries(
    {},
    optional={
        "bridge": tables(Settings),
        "platforms": named("paper", "b", of=tables(PaperTable)),
        "providers": named("brain", "b", of=tables(BrainTable)),
        "chatbots": named("a", "b", of=tables(ThoughtTable)),
        "routes": VALUES | st.lists(tables(RouteTable), max_size=3),
    },
)


@given(table=FILES, data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_mistake_has_a_line_and_a_key(tmp_path: Path, table: dict[str, Any], data: st.DataObject) -> None:
    writer = Writer(data)
    writer.table(table)
    for mistake in mistakes(tmp_path, writer.text):
        assert mistake.line in range(1, writer.text.count("\n") + 2)
        assert mistake.key
        assert mistake.problem


@given(raw=st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_that_are_no_file_of_ours(tmp_path: Path, raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    assert all(mistake.problem for mistake in mistakes(tmp_path, text))
