"""Links to messages, as people copy them."""

from __future__ import annotations

import pytest

from bridge_discord import links as discord
from bridge_slack import links as slack


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("https://acme.slack.com/archives/C0123ABCD/p1700000000123456", ("C0123ABCD", "1700000000.123456")),
        ("https://acme.slack.com/archives/C1/p1700000000123456?thread_ts=1.2&cid=C1", ("C1", "1700000000.123456")),
        ("https://a-b.enterprise.slack.com/archives/D1/p1700000000000001", ("D1", "1700000000.000001")),
        ("https://acme.slack.com/archives/C1", None),
        ("https://slack.example.com/archives/C1/p1700000000123456", None),
    ],
)
def test_slack(link: str, message: tuple[str, str] | None) -> None:
    assert slack.message_of(link) == message


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("https://discord.com/channels/11/22/33", "22:33"),
        ("https://ptb.discord.com/channels/@me/22/33", "22:33"),
        ("https://canary.discordapp.com/channels/11/22/33/", "22:33"),
        ("https://discord.com/channels/11/22", None),
        ("https://example.com/channels/11/22/33", None),
    ],
)
def test_discord(link: str, message: str | None) -> None:
    assert discord.message_of(link) == (None if message is None else (None, message))
