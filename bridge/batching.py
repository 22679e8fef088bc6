"""Which waiting messages are one turn, and what it asks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.desk import Ask
from bridge.question import Wish, contents, unread, wish
from bridge.route import Route, WhenBusy
from bridge.routing import decide
from bridge.store import WaitingMessage


def batch(waiting: Sequence[WaitingMessage], routes: Sequence[Route]) -> Sequence[WaitingMessage]:
    """The messages of the next turn: the first of those that wait, and what may go to the chatbot with it."""
    route = route_of(waiting[0], routes)
    if route is not None and route.when_busy is WhenBusy.QUEUE:
        return waiting[:1]
    chatbot = _chatbot(waiting[0], routes)
    for count, message in enumerate(waiting):
        if wish(message.message) is not Wish.ANSWER or _chatbot(message, routes) != chatbot:
            return waiting[:count]
    return waiting


def ask_for(messages: Sequence[WaitingMessage], routes: Sequence[Route]) -> Ask:
    """What a turn with these messages asks, as the routes are now."""
    route = route_of(messages[0], routes)
    plain = [message.message for message in messages]
    ask = Ask(
        messages,
        _chatbot(messages[0], routes),
        contents(plain, show_author=route is not None and route.show_author),
        remark=unread(plain),
    )
    return ask if route is None else replace(ask, show=route.show, most_parts=route.most_parts)


def route_of(message: WaitingMessage, routes: Sequence[Route]) -> Route | None:
    """The route that takes an accepted message now; None when none does any more."""
    return decide(message.message, routes, conversation=True).route


def _chatbot(message: WaitingMessage, routes: Sequence[Route]) -> str:
    route = route_of(message, routes)
    return message.chatbot if route is None else route.chatbot
