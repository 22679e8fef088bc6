"""The operator's file as text, values and lines, and the mistakes found in it so far."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from bridge.config.mistakes import InvalidConfig, Mistake
from bridge.config.phrases import kind, phrase, syntax
from bridge.config.positions import Keys, positions
from bridge.config.tables import Table

T = TypeVar("T", bound=Table)


class Document:
    """One file being read. Raises InvalidConfig at once when it is missing or no TOML."""

    def __init__(self, path: Path, content: bytes | None = None) -> None:
        """`content` is what was read from `path` already."""
        self.path = path
        self.mistakes: list[Mistake] = []
        self.content = self._read() if content is None else content
        self.data, self._lines = self._parse(self._decode())

    def line(self, keys: Keys) -> int | None:
        """Where the value stands; where it is missing, where the table stands that it is missing from."""
        for length in range(len(keys), 0, -1):
            if keys[:length] in self._lines:
                return self._lines[keys[:length]]
        return None

    def mistake(self, keys: Keys, problem: str, remedy: str = "") -> None:
        """Note that something is wrong with the value at `keys`."""
        self.mistakes.append(Mistake(self.path, self.line(keys), dotted(keys), problem, remedy))

    def give_up(self) -> None:
        """Raise InvalidConfig when there are mistakes."""
        if self.mistakes:
            raise InvalidConfig(sorted(self.mistakes, key=lambda mistake: mistake.line or 0))

    def table(self, keys: Keys, value: object) -> dict[str, Any] | None:
        """`value` if it is a table; else None after noting the mistake."""
        if isinstance(value, dict):
            return value
        remedy = f"write [{dotted(keys)}] on a line of its own, and its keys below"
        self.mistake(keys, f"must be a table, not {kind(value)}", remedy)
        return None

    def names(self, section: str) -> list[str]:
        """The names of the tables `[section.NAME]`, right or wrong."""
        tables = self.data.get(section)
        return list(tables) if isinstance(tables, dict) else []

    def validate(self, model: type[T], data: Mapping[str, Any], keys: Keys, context: Mapping[str, Any]) -> T | None:
        """`data`, which stands at `keys`, as a `model`; None after noting every mistake in it."""
        # By way of JSON, because strictness there means what it means in TOML: "1" is no number, a list is a tuple.
        source = json.dumps(data, default=lambda value: value.isoformat())
        try:
            return model.model_validate_json(source, strict=True, context=dict(context))
        except ValidationError as error:
            for found in error.errors(include_url=False):
                if found["type"] == "too_short" and found["input"]:
                    continue  # it is short of its wrong elements, each of which is a mistake of its own
                within, known = _locate(model, data, found)
                problem, remedy = phrase(found, within[-1] if within else keys[-1], known)
                self.mistake((*keys, *within), problem, remedy)
        return None

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            remedy = "name another with --config; `bridge config example` prints one to start from"
            raise InvalidConfig([Mistake(self.path, None, "", "there is no such file", remedy)]) from None
        except OSError as error:
            problem = f"cannot be read: {error.strerror or error}"
            raise InvalidConfig([Mistake(self.path, None, "", problem, "")]) from None

    def _decode(self) -> str:
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise InvalidConfig([Mistake(self.path, line, "", "this is not UTF-8 text", "save it as UTF-8")]) from None

    def _parse(self, text: str) -> tuple[dict[str, Any], Mapping[Keys, int]]:
        try:
            return tomllib.loads(text), positions(text)
        except tomllib.TOMLDecodeError as error:
            line, problem, remedy = syntax(text, str(error))
        except (ValueError, RecursionError):  # what Python itself limits: digits and nesting
            line, problem, remedy = None, "a number in it is too long, or a value is nested too deeply", ""
        raise InvalidConfig([Mistake(self.path, line, "", problem, remedy)])


def dotted(keys: Keys) -> str:
    """The keys as one reads them; tables of an array are counted from 1."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key + 1}]"
        else:
            bare = re.fullmatch("[A-Za-z0-9_-]+", key) is not None
            text += ("." if text else "") + (key if bare else json.dumps(key, ensure_ascii=False))
    return text


def _locate(model: type[BaseModel], data: object, error: Any) -> tuple[Keys, tuple[str, ...]]:
    """Where in `data` an error is, without what pydantic adds for unions, and the keys that are known there."""
    keys: Keys = ()
    owner: type[BaseModel] | None = model
    known: tuple[str, ...] = ()
    absent = error["type"] in ("missing", "extra_forbidden") or error["type"].startswith("secret_")
    for number, part in enumerate(error["loc"], start=1):
        here = (isinstance(data, dict) and part in data) or (isinstance(data, list) and isinstance(part, int))
        if not here and not (absent and isinstance(data, dict) and number == len(error["loc"])):
            continue
        known = _names(owner)
        keys = (*keys, part)
        data = data[part] if here else None  # type: ignore[index]
        owner = _inner(owner, part)
    return keys, known


def _names(model: type[BaseModel] | None) -> tuple[str, ...]:
    if model is None:
        return ()
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _inner(model: type[BaseModel] | None, part: str | int) -> type[BaseModel] | None:
    """The model of the table that stands at a key of `model`; for an element of a list, that of the list."""
    if model is None or isinstance(part, int):
        return model
    for name, field in model.model_fields.items():
        if part == (field.alias or name):
            return _model_in(field.annotation)
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
