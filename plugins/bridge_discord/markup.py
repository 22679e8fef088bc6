"""Discord's text as Markdown: mentions become names, and the mention of the bot goes away."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

CODE = re.compile(r"(```.*?(?:```|\Z)|``[^`\n]*``|`[^`\n]*`)", re.DOTALL)
TOKEN = re.compile(r"<(?:@(?P<user>\d+)|@!(?P<nick>\d+)|@&(?P<role>\d+)|#(?P<channel>\d+)|a?(?P<emoji>:\w+:)\d+)>")

Names = Callable[[str], str | None]


def to_markdown(text: str, *, bot: frozenset[str], users: Mapping[str, str], roles: Names, channels: Names) -> str:
    """The text without the mentions in `bot` (user and role ids), the others as `@name` and `#name`.

    What stands in code stays as it is: Discord shows no mention there.
    """
    if "<" not in text:
        return text.strip()
    pieces = CODE.split(text)
    pieces[::2] = [_readable(piece, bot, users, roles, channels) for piece in pieces[::2]]
    return "".join(pieces).strip()


def _readable(text: str, bot: frozenset[str], users: Mapping[str, str], roles: Names, channels: Names) -> str:
    shown: list[str] = []
    rest = 0
    for match in TOKEN.finditer(text):
        before = text[rest : match.start()]
        user = match["user"] or match["nick"]
        rest = match.end()
        if user in bot or match["role"] in bot:
            shown.append(before)
            if text[rest : rest + 1] == " " and (not before or before[-1].isspace()):
                rest += 1  # one of the two blanks that would be left
            continue
        shown += (before, _name(match, user, users, roles, channels))
    return "".join([*shown, text[rest:]])


def _name(match: re.Match[str], user: str | None, users: Mapping[str, str], roles: Names, channels: Names) -> str:
    if user:
        return f"@{users.get(user, 'unknown-user')}"
    if match["role"]:
        return f"@{(roles(match['role']) or 'unknown-role').removeprefix('@')}"
    if match["channel"]:
        return f"#{channels(match['channel']) or 'unknown-channel'}"
    return match["emoji"]
