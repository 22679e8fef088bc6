"""bridge.inspect.live: every thing that is not there is a finding about its own table, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.clock import Clock
from bridge.config import Config
from bridge.inspect.findings import Finding, failed, named_channels
from bridge.inspect.live import PATIENCE, look
from bridge.testing import VirtualClock
from tests.unit.inspect import desk

ROUTE = "[[routes]]\nchatbot = 'a'\n"
SERVICE = "[providers.service]\n[chatbots.a]\nname = 'a'\n"


async def find(config: Config, clock: Clock) -> list[Finding]:
    return [finding async for finding in look(config, clock)]


async def found(directory: Path, text: str) -> list[Finding]:
    desk.OPENED.clear()
    clock = VirtualClock()
    return await clock.run(find(desk.load(directory, text), clock))


async def test_everything_is_there_and_closed_again(tmp_path: Path) -> None:
    text = f"[platforms.desk]\nchannels = ['#one', 'C2']\n{SERVICE}{ROUTE}channels = ['#one', 'C2', '#t-*']\n"
    findings = await found(tmp_path, text)
    assert [(finding.about, finding.ok, finding.what) for finding in findings] == [
        ("platforms.desk", True, "token"),
        ("platforms.desk", True, "channel #one"),
        ("platforms.desk", True, "channel C2"),
        ("chatbots.a", True, "a found at service (id a)"),
    ]
    assert len(desk.OPENED) == 2
    assert all(opened.closed for opened in desk.OPENED)


@pytest.mark.parametrize(
    ("fault", "what", "remedy"),
    [
        ("hangs", f"no answer within {PATIENCE:.0f} s", "look at the network, and at the addresses in this table"),
        ("breaks", "LookupError: no drawer, but ***", "this is a fault in its plugin"),
    ],
)
async def test_one_platform_that_fails_fails_alone(tmp_path: Path, fault: str, what: str, remedy: str) -> None:
    findings = await found(tmp_path, f"[platforms.desk]\nfault = '{fault}'\n[platforms.b]\ntype = 'desk'\n{SERVICE}")
    assert findings == [
        Finding("platforms.desk", True, "token"),
        Finding("platforms.desk", False, what, remedy),
        Finding("platforms.b", True, "token"),
        Finding("chatbots.a", True, "a found at service (id a)"),
    ]
    assert all(opened.closed for opened in desk.OPENED)


async def test_a_platform_that_cannot_check_itself(tmp_path: Path) -> None:
    (finding,) = await found(tmp_path, "[platforms.desk]\nfault = 'bare'")
    assert finding == Finding("platforms.desk", True, "type desk has nothing to check")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("gone", "name, id, kind"),
        ("barred", "the key of its provider"),
        ("busy", "in a minute"),
        ("down", "the network"),
    ],
)
async def test_what_to_do_about_a_chatbot(tmp_path: Path, name: str, remedy: str) -> None:
    text = f"[providers.service]\n[chatbots.bad]\nname = '{name}'\n[chatbots.good]\nname = 'good'"
    bad, good = await found(tmp_path, text)
    assert (bad.about, bad.ok, good.ok) == ("chatbots.bad", False, True)
    assert remedy in bad.remedy


async def test_a_provider_that_cannot_be_made_fails_its_chatbots_only(tmp_path: Path) -> None:
    text = f"[platforms.desk]\n{SERVICE}[providers.other]\ntype='service'\nfault='torn'\n[chatbots.b]\nname='b'\n"
    text = text.replace("name = 'a'", "name = 'a'\nprovider = 'service'").replace(
        "name='b'", "name='b'\nprovider='other'"
    )
    findings = await found(tmp_path, text)
    assert [(finding.about, finding.ok) for finding in findings] == [
        ("platforms.desk", True),
        ("chatbots.a", True),
        ("chatbots.b", False),
    ]
    assert findings[-1].what == "ValueError: torn"


TWO = "[platforms.desk]\nchannels = ['#one']\n[platforms.b]\ntype = 'desk'\n" + SERVICE


@pytest.mark.parametrize(
    ("routes", "needed"),
    [
        (f"{ROUTE}channels = ['#one']", False),
        (f"{ROUTE}channels = ['#one']\nplatform = 'b'", True),
        (f"{ROUTE}channels = ['#one']\nplatform = 'b'\n{ROUTE}channels = ['#one', '#two']\nplatform = 'desk'", True),
    ],
)
async def test_a_channel_is_needed_where_a_route_says_so(tmp_path: Path, routes: str, needed: bool) -> None:
    findings = await found(tmp_path, TWO + routes)
    (missing,) = [finding for finding in findings if finding.about == "platforms.b" and not finding.ok]
    assert (missing.what, missing.needed, failed(missing)) == ("channel #one", needed, needed)


async def test_a_channel_that_is_nowhere_is_needed_everywhere(tmp_path: Path) -> None:
    findings = await found(tmp_path, f"{TWO}{ROUTE}channels = ['#none', '#one-more']")
    assert [finding.about for finding in findings if failed(finding)] == ["platforms.desk"] * 2 + ["platforms.b"] * 2


def test_patterns_are_not_looked_for(tmp_path: Path) -> None:
    config = desk.load(tmp_path, f"{TWO}{ROUTE}channels = ['#t-*', '#a?', '#[ab]', '#one']\nplatform = 'desk'")
    assert (named_channels(config, "desk"), named_channels(config, "b")) == ({"#one": True}, {})
