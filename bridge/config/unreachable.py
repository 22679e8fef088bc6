"""Whether a route can ever apply behind those that stand above it. Pure, and never wrong when it says it cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase

from bridge.route import Route

_DIRECT = None
"""Stands for direct messages where others are patterns of channels."""


def covering(route: Route, above: Sequence[Route], platforms: Collection[str]) -> list[Route]:
    """The routes above that together take everything that `route` would; empty when something is left to it.

    `platforms` are the names of all platform instances.
    """
    found: list[Route] = []
    for platform in [route.platform] if route.platform is not None else sorted(platforms):
        for place in _places(route):
            taker = next((other for other in above if _takes(other, route, platform, place)), None)
            if taker is None:
                return []
            if taker not in found:
                found.append(taker)
    return sorted(found, key=lambda other: other.number)


def _places(route: Route) -> Iterator[str | None]:
    if route.takes_channels:
        yield from route.channels or ("*",)
    if route.takes_direct_messages:
        yield _DIRECT


def _takes(above: Route, route: Route, platform: str, place: str | None) -> bool:
    return (
        above.platform in (None, platform)
        and _takes_place(above, place)
        and _takes_workspaces(above, route)
        and _takes_users(above, route)
    )


def _takes_place(above: Route, place: str | None) -> bool:
    if place is _DIRECT:
        return above.takes_direct_messages
    if not above.channels:
        return above.takes_channels
    return any(_wider(pattern, place) for pattern in above.channels)


def _takes_workspaces(above: Route, route: Route) -> bool:
    if not above.workspaces:
        return True
    wanted = route.workspaces
    return bool(wanted) and all(any(_wider(wide, pattern) for wide in above.workspaces) for pattern in wanted)


def _takes_users(above: Route, route: Route) -> bool:
    if route.users:
        left = set(route.users) - set(route.not_users)
        return (not above.users or left <= set(above.users)) and left.isdisjoint(above.not_users)
    return not above.users and set(above.not_users) <= set(route.not_users)


def _wider(wide: str, pattern: str) -> bool:
    """Whether `wide` surely takes all that `pattern` takes; names are compared as routing compares them."""
    if wide in ("*", pattern):
        return True  # every channel and workspace has an id
    if wide.startswith("#"):
        if not pattern.startswith("#"):
            return False
        wide, pattern = wide.casefold(), pattern.casefold()
    elif pattern.startswith("#"):
        return False
    if not any(sign in pattern for sign in "*?["):
        return fnmatchcase(pattern, wide)
    start = wide.removesuffix("*")
    return wide.endswith("*") and not any(sign in start for sign in "*?[") and pattern.startswith(start)
