"""What a plugin builds its part of the operator's file from: `Table`, `Secret` and `secret`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class Table(BaseModel):
    """A table of the TOML file: unknown keys are errors, values never change after loading.

    Each field has a `description`; it becomes the configuration reference.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    process_wide: ClassVar[tuple[str, ...]] = ()
    """Keys whose values must be equal in all tables of this type, because an SDK holds them once per process."""


class Secret:
    """A secret's value. It never shows itself; `reveal` at the last moment, where it is sent."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(read_secret)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        reference = {"type": "string", "minLength": 1}
        return {
            "type": "object",
            "oneOf": [
                {"properties": {key: reference}, "required": [key], "additionalProperties": False}
                for key in ("env", "file")
            ],
        }


def secret(env: str, description: str) -> Any:
    """A field that holds a Secret; left out of the file, it is read from the environment variable `env`."""
    return Field(default={"env": env}, validate_default=True, description=description)


def read_secret(value: Any, info: ValidationInfo) -> Secret:
    """The secret that a reference of the file means. Raises PydanticCustomError, which says what is wrong with it.

    The context of the validation gives `environ`, the `directory` that relative paths start from, whether `secrets` are
    wanted at all, and a list `secret_files` to which the path of each file is added.
    """
    if isinstance(value, Secret):
        return value
    context: Mapping[str, Any] = info.context or {}
    wanted = context.get("secrets", True)
    match value:
        case {"env": str(name), **rest} | {"file": str(name), **rest} if name and not rest and not wanted:
            return Secret("")
        case {"env": str(name), **rest} if name and not rest:
            found = context.get("environ", os.environ).get(name)
            if not found:
                raise PydanticCustomError(
                    "secret_missing", "the environment variable {name} is not set", {"name": name}
                )
            return Secret(found)
        case {"file": str(name), **rest} if name and not rest:
            path = Path(context.get("directory", "."), name)
            try:
                found = path.read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not text"
                raise PydanticCustomError(
                    "secret_unreadable",
                    "cannot read the secret file {path}: {reason}",
                    {"path": str(path), "reason": reason},
                ) from error
            if not found:
                raise PydanticCustomError("secret_missing", "the secret file {path} is empty", {"path": str(path)})
            context.get("secret_files", []).append(path)
            return Secret(found)
        case str():
            raise PydanticCustomError("secret_literal", "a secret must not stand in the file itself")
        case _:
            raise PydanticCustomError("secret_shape", 'a secret is written {{ env = "NAME" }} or {{ file = "PATH" }}')
