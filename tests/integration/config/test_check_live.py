"""`bridge check --live` against the sandbox: what it says when all is well, and when it is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.clock import SystemClock
from bridge.config import load_config
from bridge.inspect.findings import Finding, failed
from bridge.inspect.live import look
from bridge.plugins import Plugins
from bridge_sandbox.sandbox import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


async def findings(path: Path) -> list[Finding]:
    config = load_config(path, Plugins(), {})
    return [finding async for finding in look(config, SystemClock())]


async def test_all_is_well(sandbox: Sandbox, tmp_path: Path) -> None:
    found = await findings(sandbox.write_config(tmp_path))
    assert [finding for finding in found if failed(finding)] == []
    about = {finding.about for finding in found}
    assert {"platforms.slack", "platforms.discord", "chatbots.echo", "chatbots.helper"} <= about
    assert any("#help" in finding.what for finding in found if finding.about == "platforms.slack")


async def test_bad_tokens_a_missing_channel_and_an_unknown_chatbot(sandbox: Sandbox, tmp_path: Path) -> None:
    path = sandbox.write_config(tmp_path)
    (tmp_path / "bridge.slack-bot-token").write_text("xoxb-canary")
    text = path.read_text().replace("[chatbots.echo]\n", '[chatbots.lost]\nname = "lost"\n\n[chatbots.echo]\n')
    path.write_text(text + '\n[[routes]]\nplatform = "discord"\nchannels = ["#nowhere"]\nchatbot = "lost"\n')
    bad = [finding for finding in await findings(path) if failed(finding)]
    assert [finding.about for finding in bad] == ["platforms.slack", "platforms.discord", "chatbots.lost"]
    assert "#nowhere" in bad[1].what
    assert all(finding.remedy for finding in bad)
    assert "canary" not in repr(bad)
