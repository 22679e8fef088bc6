"""Which chatbot answers a message, where, and why. Pure.

Routes are read top to bottom; the first that takes the message's platform, place and author decides. What a route
says about `trigger` comes after that: a message that does not trigger its route is not offered to the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from fnmatch import fnmatchcase

from bridge.model import Message, Named, ThreadRef
from bridge.route import ReplyIn, Route, Trigger


class Action(Enum):
    """What to do with a message."""

    ACCEPT = "accept"
    """Its chatbot answers."""
    UNROUTED = "unrouted"
    """It addresses the bot, but no route applies: say so, once per thread."""
    IGNORE = "ignore"
    """It is not for the bot."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one message. `reason` is a sentence for the operator that names the rule and its line."""

    action: Action
    reason: str
    route: Route | None
    """The route that took the message's place and author, also when its trigger did not; None when none did."""
    thread: ThreadRef
    """Where the conversation is, or begins."""
    early: bool = False
    """True when it is left alone only because no conversation has begun in its thread."""


def decide(message: Message, routes: Sequence[Route], *, conversation: bool) -> Decision:
    """Decide about `message`.

    `conversation` says that an accepted message already began a conversation in the message's thread: then no
    mention is needed, while the route's place and users still decide.
    """
    for route in routes:
        if mismatch(route, message) is None:
            return _decide(message, route, conversation)
    action = Action.UNROUTED if message.mentions_bot or message.direct else Action.IGNORE
    return Decision(action, _no_route(message, routes), None, message.thread)


def unless_too_old(decision: Decision, age: timedelta) -> Decision:
    """The decision about a message that was fetched `age` after it was sent."""
    route = decision.route
    if decision.action is not Action.ACCEPT or route is None or age <= route.answer_within:
        return decision
    reason = f"{route.label} would take it, but it was sent {age} before it could be read, and answer_within is less"
    return replace(decision, action=Action.IGNORE, reason=reason)


def may_apply(routes: Sequence[Route], instance: str, workspace: Named, channel: Named, *, direct: bool) -> bool:
    """Whether some route takes messages of this place, of whomever."""
    return any(
        route.platform in (None, instance)
        and (not route.workspaces or any(_is_workspace(pattern, workspace) for pattern in route.workspaces))
        and _wrong_place(route, channel, direct=direct) is None
        for route in routes
    )


def mismatch(route: Route, message: Message) -> tuple[int, str] | None:
    """Why `route` does not take `message`, as how far it got (0 to 3) and a clause; None when it takes it."""
    instance = message.thread.instance
    if route.platform not in (None, instance):
        return 0, f"it is for platform {route.platform}, not {instance}"
    if route.workspaces and not any(_is_workspace(pattern, message.workspace) for pattern in route.workspaces):
        return 1, f"its workspaces do not include {_shown(message.workspace) or 'a message without a workspace'}"
    place = _wrong_place(route, message.channel, direct=message.direct)
    if place is not None:
        return 2, place
    author = message.author.id
    if route.users and author not in route.users:
        return 3, f"its users do not include {author}"
    return (3, f"its not_users include {author}") if author in route.not_users else None


def _wrong_place(route: Route, channel: Named, *, direct: bool) -> str | None:
    if direct:
        return None if route.takes_direct_messages else "it does not take direct messages"
    if not route.takes_channels:
        return "it is for direct messages only"
    if route.channels and not any(_is_channel(pattern, channel) for pattern in route.channels):
        return f"its channels do not include {_shown(channel, '#')}"
    return None


def _decide(message: Message, route: Route, conversation: bool) -> Decision:
    why = _trigger(message, route, conversation)
    if why is not None:
        return Decision(Action.ACCEPT, f"{route.label} takes it: {why}", route, _thread(message, route))
    why_not = "the platform withheld its text" if route.trigger is Trigger.ALL else "it does not mention the bot"
    reason = f"{route.label} would take it, but {why_not} and no conversation has begun in its thread"
    return Decision(Action.IGNORE, reason, route, message.thread, early=not message.starts)


def _trigger(message: Message, route: Route, conversation: bool) -> str | None:
    if message.mentions_bot:
        return "it mentions the bot"
    if message.direct:
        return "it is a direct message"
    if conversation:
        return "it continues a conversation"
    # Where every text is withheld, answering each message with a hint would fill the channel.
    if route.trigger is Trigger.ALL and not message.withheld:
        return 'trigger = "all" takes every message there'
    return None


def _thread(message: Message, route: Route) -> ThreadRef:
    wanted = {ReplyIn.THREAD: message.in_thread, ReplyIn.CHANNEL: message.in_channel, None: None}
    return wanted[route.reply_in] or message.thread


def _no_route(message: Message, routes: Sequence[Route]) -> str:
    """The route that came nearest says most about what the operator may have meant."""
    if not routes:
        return "no route applies: there are no routes"
    reasons = [(mismatch(route, message) or (0, ""), route.label) for route in routes]
    (_, reason), label = max(reasons, key=lambda entry: entry[0][0])
    return f"no route applies; the nearest is {label}, but {reason}"


def _is_workspace(pattern: str, workspace: Named) -> bool:
    return bool(workspace.id) and (fnmatchcase(workspace.id, pattern) or _is_name(pattern, workspace.name))


def _is_channel(pattern: str, channel: Named) -> bool:
    if pattern.startswith("#"):
        return _is_name(pattern[1:], channel.name)
    return fnmatchcase(channel.id, pattern)


def _is_name(pattern: str, name: str | None) -> bool:
    return name is not None and fnmatchcase(name.casefold(), pattern.casefold())


def _shown(place: Named, sign: str = "") -> str:
    return f"{sign}{place.name} ({place.id})" if place.name else place.id
