"""Pydantic's and tomllib's complaints in an operator's words: what is wrong, and what to write instead.

Values are shown only where the choice of a few words was open: everything else could be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from bridge.config.mistakes import instead, nearest

_WANTED = {
    "string_type": 'text in quotes, such as "…"',
    "string_sub_type": 'text in quotes, such as "…"',
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false, without quotes",
    "tuple_type": 'a list, such as ["…", "…"]',
    "list_type": 'a list, such as ["…", "…"]',
    "set_type": 'a list, such as ["…", "…"]',
    "frozen_set_type": 'a list, such as ["…", "…"]',
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


def kind(value: object) -> str:
    """What a TOML value is, in words."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or time")


def phrase(error: Any, key: object, known: Collection[str]) -> tuple[str, str]:
    """Problem and remedy of one entry of `ValidationError.errors()`.

    `key` is the last of its dotted key; `known` are the keys of the table that the entry is about.
    """
    form, given, context = error["type"], error["input"], error.get("ctx", {})
    problem, remedy = _plain(str(error["msg"])), str(context.get("remedy", ""))
    if form in _WANTED:
        problem = f"must be {_WANTED[form]}, not {kind(given)}"
    elif form == "missing":
        problem, remedy = "is required", f"add {key} = …"
    elif form == "extra_forbidden":
        problem, remedy = "this key is unknown here", instead(str(key), known, "known here are")
    elif form in ("enum", "literal_error"):
        problem, remedy = _choice(given, re.findall(r"'([^']*)'", context["expected"]))
    elif form == "secret_missing" and "name" in context:
        remedy = f'set it, or write {key} = {{ file = "PATH" }}'
    elif form == "secret_literal":
        remedy = f'write {key} = {{ env = "NAME" }} or {key} = {{ file = "PATH" }}'
    elif form in ("too_short", "string_too_short") and context["min_length"] == 1:
        problem, remedy = "must not be empty", "leave the key out, or name something"
    return problem, remedy


def _plain(message: str) -> str:
    message = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message[:1].lower() + message[1:]


def _choice(given: object, choices: Collection[str]) -> tuple[str, str]:
    wanted = " or ".join(f'"{choice}"' for choice in choices)
    if not isinstance(given, str):
        return f"must be {wanted}, not {kind(given)}", ""
    meant = nearest(given, choices)
    return f'must be {wanted}, not "{given}"', f'did you mean "{meant}"?' if meant else ""


def syntax(text: str, message: str) -> tuple[int, str, str]:
    """Line, problem and remedy of what tomllib says about a text that is no TOML."""
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    lines = text.rstrip().split("\n")
    line = int(place[1]) if place and place[1] else len(lines)
    what = message[: place.start()] if place else message
    name = re.match(r"\s*\[*\s*([^=\]]*?)\s*[=\]]", lines[line - 1]) if line <= len(lines) else None
    twice = re.match(r"Cannot (overwrite|declare|redefine|mutate)|Duplicate|.*twice", what)
    if twice and name:
        return line, f"{name[1]} stands here twice", "keep one of the two"
    if what == "Invalid value":
        return line, "this is not TOML: the value cannot be read", 'text must stand in quotes: key = "text"'
    if what.startswith((r"Illegal character '\n'", 'Expected "\'"', "Unterminated string")):
        return line, "this is not TOML: the text does not end on its line", "close its quotes"
    return line, f"this is not TOML: {what[:1].lower()}{what[1:]}", ""
