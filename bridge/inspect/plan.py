"""What an edit of the operator's file would change, compared with the file that is in use. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bridge.config.changes import FIXED, Difference
from bridge.config.summary import Summary
from bridge.route import Route

_AT_THE_NEXT_START = "it takes effect at the next start"
Place = tuple[str, str]
"""A platform's name, "every platform" among them, and what a route takes there."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing that would change. `threads` is how many conversations it concerns, where that can be counted."""

    what: str
    """`platform`, `provider`, `chatbot`, `place`, `route`, `setting` or `need`."""
    name: str
    change: str
    meaning: str
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change; `since` is when the file in use was taken over, None when no start is known."""

    since: datetime | None
    changes: Sequence[Planned]


def plan(before: Summary, after: Summary, since: datetime, threads: Mapping[str, int]) -> Plan:
    """The plan of an edit. `threads` counts the conversations that each chatbot has a session in."""
    changes = [
        *_platforms(before, after),
        *_needs(before, after),
        *_providers(before.changed("providers", after)),
        *_chatbots(before.changed("chatbots", after), threads),
        *_places(places(before.routes), places(after.routes)),
        *_routes(before.routes, after.routes),
        *_order(before.routes, after.routes),
        *_settings(before.changed("settings", after)),
    ]
    return Plan(since, changes)


def as_json(found: Plan, mistakes: Sequence[Any] = ()) -> dict[str, Any]:
    """The plan as a script would read it."""
    return {
        "in_use_since": None if found.since is None else found.since.isoformat(timespec="seconds"),
        "mistakes": [asdict(mistake) | {"path": str(mistake.path)} for mistake in mistakes],
        "changes": [asdict(change) for change in found.changes],
    }


def places(routes: Sequence[Route]) -> dict[Place, str]:
    """What the routes take, as they name it, and who answers there; of two for one place the first counts."""
    found: dict[Place, str] = {}
    for route in routes:
        for named in _named(route):
            found.setdefault((route.platform or "every platform", named), route.chatbot)
    return found


def _named(route: Route) -> Iterable[str]:
    within = f" of workspace {' or '.join(route.workspaces)}" if route.workspaces else ""
    whom = f" for {', '.join(route.users)}" if route.users else ""
    if route.takes_channels:
        for channel in route.channels or ("every channel",):
            yield f"{channel}{within}{whom}"
    if route.takes_direct_messages:
        yield f"direct messages{within}{whom}"


def _platforms(before: Summary, after: Summary) -> Iterable[Planned]:
    found = before.changed("platforms", after)
    for name in found.added:
        yield Planned("platform", name, "added", "it connects")
    for name in found.removed:
        yield Planned(
            "platform", name, "removed", "its running answers end within the grace period, then it disconnects"
        )
    for name in found.changed:
        wide = before.process_wide.get(name) != after.process_wide.get(name)
        meaning = "it is drained and connects anew; what it misses is fetched"
        yield Planned("platform", name, "changed", _AT_THE_NEXT_START if wide else meaning)


def _needs(before: Summary, after: Summary) -> Iterable[Planned]:
    for name, needs in after.needs.items():
        for need, purpose in needs.items():
            if need not in before.needs.get(name, {}):
                yield Planned("need", name, need, f"its app must have that, to {purpose}")


def _providers(found: Difference) -> Iterable[Planned]:
    meanings = {
        "added": "it can be used",
        "removed": "it is closed after its last answer",
        "changed": "the next answers use it as it is then",
    }
    for change, meaning in meanings.items():
        for name in getattr(found, change):
            yield Planned("provider", name, change, meaning)


def _chatbots(found: Difference, threads: Mapping[str, int]) -> Iterable[Planned]:
    for name in found.added:
        yield Planned("chatbot", name, "added", "it can answer")
    for name in found.removed:
        meaning = "its threads are told on their next message, and keep their sessions in case it returns"
        yield Planned("chatbot", name, "removed", meaning, threads.get(name, 0))
    for name in found.changed:
        meaning = "the next answers come from it as it is then, in the sessions that it still knows"
        yield Planned("chatbot", name, "changed", meaning, threads.get(name, 0))


def _places(before: Mapping[Place, str], after: Mapping[Place, str]) -> Iterable[Planned]:
    for (platform, name), chatbot in after.items():
        earlier = before.get((platform, name))
        if earlier is None:
            yield Planned("place", f"{platform}: {name}", "gained", f"{chatbot} answers there")
        elif earlier != chatbot:
            meaning = f"{chatbot} answers there instead of {earlier}; its threads start new sessions"
            yield Planned("place", f"{platform}: {name}", "changed", meaning)
    for (platform, name), chatbot in before.items():
        if (platform, name) not in after:
            yield Planned(
                "place", f"{platform}: {name}", "lost", f"no route names it any more, where {chatbot} answered"
            )


def _routes(before: Sequence[Route], after: Sequence[Route]) -> Iterable[Planned]:
    """Routes that take the same places for the same chatbot, but do so in another way."""
    known = {_key(route): asdict(route) for route in reversed(before)}
    for route in after:
        old = known.get(_key(route))
        if old is None:
            continue
        keys = [key for key, value in asdict(route).items() if key not in _PLACED and value != old[key]]
        if keys:
            yield Planned("route", route.label, "changed", f"it answers in another way: {', '.join(keys)}")


def _order(before: Sequence[Route], after: Sequence[Route]) -> Iterable[Planned]:
    """Routes that stand elsewhere among those that were there before."""
    earlier, later = dict.fromkeys(map(_key, before)), {_key(route): route for route in reversed(after)}
    was = [key for key in earlier if key in later]
    now = [key for key in dict.fromkeys(map(_key, after)) if key in earlier]
    for key, other in zip(now, was, strict=True):
        if key != other:
            meaning = "where another route takes the same, who answers may change; such threads start new sessions"
            yield Planned("route", later[key].label, "moved", meaning)


_PLACED = ("number", "line", "label")


def _key(route: Route) -> tuple[object, ...]:
    return (
        route.platform, route.workspaces, route.channels, route.takes_direct_messages, route.users, route.chatbot
    )  # fmt: skip


def _settings(found: Difference) -> Iterable[Planned]:
    for name in (*found.added, *found.removed, *found.changed):
        meaning = _AT_THE_NEXT_START if name in FIXED else "it takes effect at once"
        yield Planned("setting", name, "changed", meaning)
