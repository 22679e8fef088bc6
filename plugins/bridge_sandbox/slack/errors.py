"""How the fake Slack refuses a call."""

from __future__ import annotations

from typing import Any


class SlackRefusal(Exception):
    """`{"ok": false, "error": code}`, with whatever else Slack puts beside it."""

    def __init__(self, code: str, **beside: Any) -> None:
        super().__init__(code)
        self.code = code
        self.beside = beside
