"""`[[routes]]`: from tables to Routes, and whether each of them means something."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bridge.config.document import Document
from bridge.config.mistakes import instead
from bridge.config.positions import Keys
from bridge.config.settings import RouteTable
from bridge.config.unreachable import covering
from bridge.route import Route


def read_routes(
    document: Document, platforms: Collection[str], chatbots: Collection[str], context: Mapping[str, Any]
) -> tuple[Route, ...]:
    """The routes of the file; `platforms` and `chatbots` are the names that they may use."""
    found = document.data.get("routes", [])
    if not isinstance(found, list):
        document.mistake(("routes",), "routes are a list of tables", "write [[routes]], with two brackets, above each")
        return ()
    routes: list[Route] = []
    for index, value in enumerate(found):
        keys: Keys = ("routes", index)
        values = document.table(keys, value)
        if values is None:
            continue
        _check_name(document, (*keys, "chatbot"), values.get("chatbot"), "chatbot", chatbots)
        _check_name(document, (*keys, "platform"), values.get("platform"), "platform", platforms)
        table = document.validate(RouteTable, values, keys, context)
        if table is None:
            continue
        route = _route(document, keys, index + 1, table)
        earlier = covering(route, routes, platforms)
        if earlier:
            labels = " and ".join(other.label for other in earlier)
            remedy = f"move it above {earlier[0].label}, narrow what stands above it, or take it away"
            document.mistake(keys, f"this route never applies: {labels} already takes everything it would", remedy)
        routes.append(route)
    return tuple(routes)


def _route(document: Document, keys: Keys, number: int, table: RouteTable) -> Route:
    line = document.line(keys) or 1
    # No direct messages and no channel named: that is every channel, which an empty tuple would not say.
    only_channels = table.direct_messages is False and not table.channels
    return Route(
        number=number,
        line=line,
        label=f"route {number} ({document.path.name}:{line})",
        chatbot=table.chatbot,
        platform=table.platform,
        workspaces=table.workspaces,
        channels=("*",) if only_channels else table.channels,
        direct_messages=bool(table.direct_messages),
        users=table.users,
        not_users=table.not_users,
        trigger=table.trigger,
        reply_in=table.reply_in,
        when_busy=table.when_busy,
        on_edit=table.on_edit,
        on_delete=table.on_delete,
        show_author=table.show_author,
        show=table.show,
        most_parts=table.limits.parts,
        answer_within=table.answer_within,
        reset_after=table.reset_after,
    )


def _check_name(document: Document, keys: Keys, value: object, what: str, known: Collection[str]) -> None:
    if isinstance(value, str) and value not in known:
        document.mistake(keys, f'there is no {what} "{value}"', instead(value, known, "configured are"))
