from __future__ import annotations

import time

import pytest

from bridge_discord.markup import to_markdown

BOT = frozenset({"1", "9"})


def shown(text: str) -> str:
    """The text with one bot (user 1, role 9), a user 2, a role 3 and a channel 4 that are known."""
    return to_markdown(text, bot=BOT, users={"2": "Ada"}, roles={"3": "team"}.get, channels={"4": "help"}.get)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("<@1> hello", "hello"),
        ("<@!1> hello", "hello"),
        ("<@&9> hello", "hello"),
        ("hello <@1>", "hello"),
        ("hey <@1> you", "hey you"),
        ("hey <@1>, you", "hey , you"),
        ("<@1><@1> hi", "hi"),
        ("<@2> <@!2> <@5>", "@Ada @Ada @unknown-user"),
        ("<@&3> <@&5> <#4> <#5>", "@team @unknown-role #help #unknown-channel"),
        ("<:wave:123> <a:dance:456>", ":wave: :dance:"),
        ("`<@1>` and ```\n<@2>\n```", "`<@1>` and ```\n<@2>\n```"),
        ("a < b <t:1700000000:R> <https://x>", "a < b <t:1700000000:R> <https://x>"),
        ("  indented\n    code  ", "indented\n    code"),
        ("", ""),
    ],
)
def test_mentions_become_names(text: str, markdown: str) -> None:
    assert shown(text) == markdown


@pytest.mark.parametrize("hostile", ["<@" * 50_000, "`" * 50_001, "```" * 20_001, "<@1>" * 20_000])
def test_hostile_text_takes_no_longer(hostile: str) -> None:
    began = time.perf_counter()
    shown(hostile)
    assert time.perf_counter() - began < 1.0
