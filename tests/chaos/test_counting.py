"""What a chaos run counts: what stands where nobody asked, and only the blows that met something."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.sandbox import Sandbox
from tests.chaos.blows import SCRIPTS, Blows
from tests.chaos.crowd import Crowd
from tests.chaos.plan import Blow, Trouble
from tests.chaos.play import LAST


async def test_a_message_of_the_bot_where_nobody_asked_is_seen_on_each_platform() -> None:
    async with Sandbox() as sandbox:
        crowd = Crowd(sandbox)
        for question in LAST:
            await crowd.ask(question)
        assert crowd.judge().counts()["strays"] == 0
        await _post(sandbox)
        channel = next(room.id for room in sandbox.discord.rooms() if room.name == "general")
        async with aiohttp.ClientSession() as http:
            url = f"{sandbox.discord.api_url.rstrip('/')}/channels/{channel}/messages"
            headers = {"Authorization": f"Bot {sandbox.discord.token}"}
            assert (await http.post(url, json={"content": "said to nobody"}, headers=headers)).status == 200
        verdict = crowd.judge()
        assert verdict.strays == 2
        assert not verdict.clean


async def test_only_a_blow_that_meets_something_is_counted(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        process = BridgeProcess(tmp_path / "bridge.toml", tmp_path / "bridge.log", sandbox.wire)
        blows = Blows(sandbox, process, Crowd(sandbox).repeat)
        for trouble in set(Trouble) - {Trouble.KILL, Trouble.PAUSE, *SCRIPTS}:
            await blows.deal(Blow(0.0, trouble, 0.9))  # nobody is connected
        await blows.deal(Blow(0.0, Trouble.SLACK_DOWN, 0.9))
        await blows.deal(Blow(0.0, Trouble.DISCORD_DOWN, 0.9))
        assert not blows.landed
        await _post(sandbox, status=503)
        assert blows.landed == {Trouble.SLACK_DOWN: 1}
        blows.heal()
        await _post(sandbox)
        assert blows.landed == {Trouble.SLACK_DOWN: 1}


async def _post(sandbox: Sandbox, *, status: int = 200) -> None:
    async with aiohttp.ClientSession() as http:
        answer = await http.post(
            sandbox.slack.api_url + "chat.postMessage",
            json={"channel": sandbox.slack.room("general"), "text": "said to nobody"},
            headers={"Authorization": f"Bearer {sandbox.slack.bot_token}"},
        )
        assert answer.status == status
