"""The bridge.toml that points `bridge run` at a sandbox."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

Address = Mapping[str, str]
"""The keys of one `[platforms.…]` or `[providers.…]` table and their values; tokens in clear."""

SECRETS = frozenset({"bot_token", "app_token", "token", "api_key"})
"""The keys whose values go into files of their own."""

MARK = "# Written by the sandbox of bridge."
"""How a file begins that may be written over."""

CHATBOTS = {"echo": "chatbot", "guide": "chatbot", "slow": "chatbot", "fails": "chatbot", "helper": "agent"}
"""The chatbots of the fake VectorShift, with their kinds."""

ROUTES = """\
# Routes are read from top to bottom; the first that matches wins.
# No route names #random, on neither platform: mention the bot there to see what people are told.
[[routes]]
channels = ["#help"]
chatbot  = "guide"

[[routes]]
channels = ["#general"]
chatbot  = "echo"

[[routes]]
platform = "slack"
channels = ["#team-internal"]
chatbot  = "helper"

[[routes]]
platform = "discord"
channels = ["#questions"]
chatbot  = "helper"

[[routes]]
channels = ["#slow"]
chatbot  = "slow"

[[routes]]
channels = ["#broken"]
chatbot  = "fails"

[[routes]]
direct_messages = true
chatbot         = "guide"
"""


def write_settings(path: Path, addresses: Mapping[str, Address]) -> Path:
    """Write the file at `path` and, beside it, one file of mode 0600 for each token. Returns `path`.

    Raises FileExistsError when there is a file at `path` that this did not write.
    """
    if path.exists() and not path.read_text(errors="replace").startswith(MARK):
        raise FileExistsError(f"{path} exists and was not written by the sandbox; name another file, or move it away")
    path.parent.mkdir(parents=True, exist_ok=True)
    tables = [f'{MARK}\n[bridge]\ndatabase = "sqlite:///{path.stem}.db"\n']
    for service, address in addresses.items():
        tables.append(_table(path, "providers" if service == "vectorshift" else "platforms", service, address))
    for name, kind in CHATBOTS.items():
        tables.append(f"[chatbots.{name}]\nname = {_string(name)}\nkind = {_string(kind)}\n")
    path.write_text("\n".join([*tables, ROUTES]))
    return path


def _table(path: Path, group: str, service: str, address: Address) -> str:
    lines = [f"[{group}.{service}]"]
    for key, value in address.items():
        if key in SECRETS:
            secret = path.with_name(f"{path.stem}.{service}-{key.replace('_', '-')}")
            _write_secret(secret, value)
            lines.append(f"{key} = {{ file = {_string(secret.name)} }}")
        else:
            lines.append(f"{key} = {_string(value)}")
    return "\n".join(lines) + "\n"


def _write_secret(path: Path, value: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        path.chmod(0o600)  # of a file that was there before
        file.write(value + "\n")


def _string(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # what JSON allows in a string, TOML does too
