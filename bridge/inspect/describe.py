"""What a configuration means, in sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bridge.config import Config
from bridge.config.durations import show_duration
from bridge.route import ReplyIn, Route, Trigger, WhenBusy

_LIKE_A_NAME = re.compile("[^#0-9*?]+")
"""The ids of the known platforms hold digits."""


def describe_route(route: Route) -> str:
    """One sentence: where, who is answered by which chatbot, when and where to."""
    sentence = f"{_where(route)}, {route.chatbot} answers {_who(route)}{_when(route)}{_to(route)}"
    return "; ".join([sentence[0].upper() + sentence[1:], *_besides(route)]) + "."


def summarize(config: Config) -> str:
    """How much there is of everything, in a line."""
    counts = [
        _count(config.platforms, "platform"),
        _count(config.providers, "provider"),
        _count(config.chatbots, "chatbot"),
    ]
    routes = f"{len(config.routes)} route{'' if len(config.routes) == 1 else 's'}"
    return f"{', '.join(counts)} and {routes}."


def remarks(config: Config) -> list[str]:
    """What is allowed but probably not meant."""
    if not config.routes:
        return ["there is no route: nobody will be answered; add a [[routes]] table"]
    answering = {route.chatbot for route in config.routes}
    served = {route.platform for route in config.routes}
    idle = [f"no route leads to chatbot {name}" for name in config.chatbots if name not in answering]
    mute = [
        f"no route is for platform {name}: nobody there will be answered"
        for name in config.platforms
        if name not in served and None not in served
    ]
    doubtful = [
        f'{route.label} takes "{channel}" for the id of a channel; if it is a name, write "#{channel}"'
        for route in config.routes
        for channel in route.channels
        if _LIKE_A_NAME.fullmatch(channel)
    ]
    return idle + mute + doubtful


def _where(route: Route) -> str:
    places = []
    if route.channels == ("*",) or (route.takes_channels and not route.channels):
        places.append("every channel")
    elif route.channels:
        places.append(_listed(route.channels))
    if route.takes_direct_messages:
        places.append("direct messages")
    within = f" of workspace {_listed(route.workspaces, 'or')}" if route.workspaces else ""
    platform = f"on {route.platform}" if route.platform else "on every platform"
    return f"{platform}, in {_listed(places)}{within}"


def _who(route: Route) -> str:
    who = f"only {_listed(route.users)}" if route.users else "everyone"
    return f"{who} but {_listed(route.not_users)}" if route.not_users else who


def _when(route: Route) -> str:
    if not route.takes_channels:
        return ""
    when = "at every message" if route.trigger is Trigger.ALL else "when mentioned"
    return f", in channels {when}" if route.takes_direct_messages else f" {when}"


def _to(route: Route) -> str:
    match route.reply_in:
        case ReplyIn.THREAD:
            return ", in a thread"
        case ReplyIn.CHANNEL:
            return ", in the channel itself" if route.takes_channels else ", without threads"
        case None:
            return ", in a thread" if route.takes_channels and not route.takes_direct_messages else ""


def _besides(route: Route) -> Iterable[str]:
    if route.when_busy is WhenBusy.QUEUE:
        yield "messages that wait are answered one by one"
    if route.show_author:
        yield "the chatbot is told who asks"
    if route.reset_after is not None:
        yield f"after {show_duration(route.reset_after)} of silence a thread starts anew"


def _listed(names: Sequence[str], word: str = "and") -> str:
    return " ".join(filter(None, [", ".join(names[:-1]), word if len(names) > 1 else "", names[-1]]))


def _count(names: Iterable[str], what: str) -> str:
    listed = list(names)
    named = f" ({', '.join(listed)})" if listed else ""
    return f"{len(listed)} {what}{'' if len(listed) == 1 else 's'}{named}"
