"""Where each gateway event goes: what it teaches about places, and what the core should see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge_discord.intake import Intake
from bridge_discord.places import Places
from bridge_discord.posting import Posting


class Events:
    """Sorts the events of one bot. Called in their order; never blocks."""

    def __init__(self, places: Places, posting: Posting, intake: Intake) -> None:
        self._places = places
        self._posting = posting
        self._intake = intake

    def hear(self, name: str, data: Mapping[str, Any]) -> None:
        """Take one event in. Raises KeyError or TypeError when it is malformed."""
        if name.startswith("MESSAGE_"):
            self._message(name, data)
        else:
            self._place(name, data)

    def _message(self, name: str, data: Mapping[str, Any]) -> None:
        if name == "MESSAGE_DELETE_BULK":
            for message in data["ids"]:
                self._intake.put("MESSAGE_DELETE", {**data, "id": message})
        elif data.get("author", {}).get("id") != self._places.me:
            self._intake.put(name, data)
        elif name == "MESSAGE_CREATE":
            self._posting.heard(data)

    def _place(self, name: str, data: Mapping[str, Any]) -> None:
        places = self._places
        match name:
            case "READY":
                places.me = data["user"]["id"]
            case "GUILD_CREATE" | "GUILD_UPDATE":
                places.learn_guild(data)
            case "GUILD_ROLE_CREATE" | "GUILD_ROLE_UPDATE":
                places.learn_role(data["guild_id"], data["role"])
            case "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "THREAD_CREATE" | "THREAD_UPDATE":
                places.learn_channel(data)
            case "CHANNEL_DELETE" | "THREAD_DELETE":
                places.forget(data["id"])
