"""`bridge explain` beside a running bridge, by the links that people copy."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from tests.integration.program.stage import Stage, stage
from tests.integration.program.test_conversations import said


async def explained(here: Stage, name: str) -> dict[str, Any]:
    """What `bridge explain --json` says of the one message of this name."""
    arguments = ("-m", "bridge", "explain", name, "--json", "--config", str(here.config))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    (facts,) = json.loads(out)
    return dict(facts)


def texts(facts: dict[str, Any], what: str) -> list[str]:
    return [step["text"] for step in facts["steps"] if step["what"] == what]


async def test_a_mention_in_slack_is_one_question_and_a_duplicate(tmp_path: Path) -> None:
    """Slack tells of a mention twice: as a mention, and as a message of the channel."""
    async with stage(tmp_path) as here:
        await here.start()
        thread = await here.slack.ask("general", "hello")
        await here.slack.sees(thread, said("hello", 1))
        ts = thread.rpartition(":")[2]
        link = f"https://acme.slack.com/archives/{here.slack.room('general')}/p{ts.replace('.', '')}"
        facts = await explained(here, link)
        while facts["state"] != "answered":
            facts = await explained(here, link)
        assert len(texts(facts, "received")) == len(texts(facts, "duplicate")) == 1
        assert "takes it: it mentions the bot" in texts(facts, "accepted")[0]


async def test_a_mention_in_discord_is_found_by_its_link(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        thread = await here.discord.ask("general", "hello")
        await here.discord.sees(thread, said("hello", 1))
        room = here.discord.room("general")
        facts = await explained(here, f"https://discord.com/channels/1/{room}/{thread}")
        assert "takes it: it mentions the bot" in texts(facts, "accepted")[0]
        assert texts(facts, "open_thread")
