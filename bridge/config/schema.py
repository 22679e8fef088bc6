"""A JSON Schema of the operator's file, from the core's models and those of the plugins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from bridge.config.durations import show_duration
from bridge.config.settings import ChatbotLink, RouteTable, Settings
from bridge.config.tables import Table
from bridge.plugins import Plugins, resolve

Schema = dict[str, Any]


class _Generator(GenerateJsonSchema):
    """Writes defaults as they would be written in the file."""

    def encode_default(self, dft: Any) -> Any:
        return show_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def models(plugins: Plugins) -> Iterator[tuple[str, str, type[Table]]]:
    """The models of the plugins' tables: section, type and model. Raises PluginError for one that cannot be had."""
    for _, platform in sorted(plugins.platforms().items()):
        yield "platforms", platform.type, resolve(platform.config)
    for _, provider in sorted(plugins.providers().items()):
        yield "providers", provider.type, resolve(provider.config)
        yield "chatbots", provider.type, resolve(provider.chatbot)


def json_schema(plugins: Plugins) -> Schema:
    """The schema (draft 2020-12) of a file that uses these plugins."""
    found = list(models(plugins))
    wanted: list[type[Table]] = [Settings, RouteTable, ChatbotLink, *(model for _, _, model in found)]
    references, document = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(wanted)], schema_generator=_Generator
    )
    definitions: Schema = document["$defs"]

    def definition(model: type[Table]) -> Schema:
        reference: str = references[(model, "validation")]["$ref"]
        resolved: Schema = definitions[reference.rpartition("/")[2]]
        return resolved

    sections: dict[str, dict[str, Schema]] = {"platforms": {}, "providers": {}, "chatbots": {}}
    for section, kind, model in found:
        sections[section][kind] = definition(model)
    link = definition(ChatbotLink)["properties"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bridge.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "bridge": definition(Settings),
            "platforms": _named(sections["platforms"]),
            "providers": _named(sections["providers"]),
            "chatbots": _tables({"anyOf": [_with(table, link) for table in sections["chatbots"].values()]}),
            "routes": {"type": "array", "items": definition(RouteTable)},
        },
        "$defs": definitions,
    }


def _named(types: Mapping[str, Schema]) -> Schema:
    """Tables by name, where a name that is a type implies it, and any other name needs a `type`."""
    implied = {kind: _with(table, {"type": {"const": kind}}) for kind, table in types.items()}
    stated = [_with(table, {"type": {"const": kind}}, "type") for kind, table in types.items()]
    return {**_tables({"anyOf": stated}), "properties": implied}


def _tables(each: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": "^[A-Za-z0-9_-]+$"}, "additionalProperties": each}


def _with(table: Schema, properties: Mapping[str, Schema], *required: str) -> Schema:
    """A table with keys of the core besides the plugin's."""
    more = {**table, "properties": {**properties, **table.get("properties", {})}}
    return {**more, "required": [*required, *table.get("required", [])]} if required else more
