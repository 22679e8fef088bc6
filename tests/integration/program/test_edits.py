"""The operator's file changes while the real program runs."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge import notices
from bridge.testing import eventually
from bridge_sandbox.vectorshift.answers import slow_answer
from tests.integration.program.stage import Stage, by_edits, stage
from tests.integration.program.test_conversations import said

RANDOM = '\n[[routes]]\nchannels = ["#random"]\nchatbot = "echo"\n'
LIMIT = 2.0
"""Seconds within which an edit holds."""


def by_rename(path: Path, text: str) -> None:
    """As an editor saves."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def in_place(path: Path, text: str) -> None:
    """As a shell's redirection writes."""
    path.write_text(text)


def by_link(path: Path, text: str) -> None:
    """As Kubernetes replaces a mounted config map: the directory behind the link is another one at once."""
    number = len(list(path.parent.glob("data*")))
    fresh = path.parent / f"data{number}"
    fresh.mkdir()
    (fresh / path.name).write_text(text)
    link = path.parent / "link"
    link.symlink_to(fresh.name)
    os.replace(link, path.parent / "current")  # noqa: PTH105 - a link replaced by another
    if not path.is_symlink():
        path.unlink()
        path.symlink_to(f"current/{path.name}")


async def edit(
    here: Stage, change: Callable[[str], str], save: Callable[[Path, str], None] = by_rename, *, event: str = "applied"
) -> None:
    """Save the file with a change and wait until it holds, or is refused."""
    before = len(here.logged(f"config.{event}"))
    save(here.config, change(here.config.read_text()))
    await eventually(
        lambda: len(here.logged(f"config.{event}")) > before, timeout=LIMIT * 3, what=here.program.last_lines()
    )


async def plan(config: Path, *options: str) -> tuple[int, str]:
    """What `bridge plan` ends with and prints."""
    command = (sys.executable, "-m", "bridge", "plan", "--config", str(config), *options)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


@pytest.mark.parametrize("save", [by_rename, in_place, by_link])
async def test_a_route_that_is_added_answers(tmp_path: Path, save: Callable[[Path, str], None]) -> None:
    async with stage(tmp_path, by_edits) as here:
        await here.start()
        await edit(here, lambda text: text + RANDOM, save)
        thread = await here.slack.ask("random", "hello")
        await here.slack.sees(thread, said("hello", 1))
        await edit(here, lambda text: text.replace(RANDOM, ""), save)
        assert here.asked() == [["hello"]]


async def test_an_edit_with_mistakes_is_refused_with_its_lines_and_the_rest_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path, by_edits) as here:
        await here.start()
        thread = await here.slack.ask("general", "before")
        await edit(
            here, lambda text: text.replace('chatbot  = "echo"', 'chatbot  = "eco"') + "x = 1\n", event="refused"
        )
        (refused,) = here.logged("config.refused")
        assert len(refused["mistakes"]) == 2
        assert all(f"{here.config}:" in mistake for mistake in refused["mistakes"])
        assert 'did you mean "echo"?' in refused["mistakes"][0]
        code, printed = await plan(here.config)
        assert (code, "It would be refused" in printed) == (1, True)
        await here.slack.write(thread, "after")
        await here.slack.sees(thread, said("before", 1), said("after", 2))


async def test_a_platform_is_removed_and_comes_back(tmp_path: Path) -> None:
    def without_discord(text: str) -> str:
        head, _, rest = text.partition("[platforms.discord]")
        gone = head + rest[rest.index("[providers") :]
        return gone.replace('platform = "discord"\n', 'platform = "slack"\n')

    async with stage(tmp_path, by_edits) as here:
        await here.start()
        whole = here.config.read_text()
        thread = await here.discord.ask("general", "one")
        await here.discord.sees(thread, said("one", 1))
        await edit(here, without_discord)
        await eventually(lambda: here.logged("platform.removed"), timeout=10)
        await here.discord.write(thread, "is anybody here?")
        slack = await here.slack.ask("general", "and you?")
        await here.slack.sees(slack, said("and you?", 1))
        await edit(here, lambda _: whole)
        await here.discord.sees(thread, said("one", 1), said("is anybody here?", 2))
        assert not here.logged("platform.failed")
        await here.stop()


async def test_threads_of_a_removed_chatbot_are_told_and_go_on_when_it_returns(tmp_path: Path) -> None:
    route = '[[routes]]\nchannels = ["#general"]\nchatbot  = "echo"\n'
    table = '[chatbots.echo]\nname = "echo"\nkind = "chatbot"\n'

    async with stage(tmp_path, by_edits) as here:
        await here.start()
        whole = here.config.read_text()
        thread = await here.slack.ask("general", "one")
        await here.slack.sees(thread, said("one", 1))
        edited = whole.replace(route, "").replace(table, "")
        draft = here.config.with_name("draft.toml")
        draft.write_text(edited)
        code, printed = await plan(draft, "--json")
        assert code == 0
        changes = {(change["what"], change["name"]): change for change in json.loads(printed)["changes"]}
        assert changes["chatbot", "echo"]["threads"] == 1
        assert changes["place", "every platform: #general"]["change"] == "lost"
        await edit(here, lambda _: edited)
        await here.slack.write(thread, "two")
        await here.slack.sees(thread, said("one", 1), notices.REMOVED)
        await edit(here, lambda _: whole)
        await here.slack.write(thread, "three")
        await here.slack.sees(thread, said("one", 1), notices.REMOVED, said("three", 2))
        assert here.asked() == [["one", "three"]]


async def test_a_reply_that_is_being_written_is_not_touched(tmp_path: Path) -> None:
    async with stage(tmp_path, by_edits, word_seconds=0.1) as here:
        await here.start()
        thread = await here.slack.ask("slow", "tell me")
        await edit(here, lambda text: text.replace('chatbot  = "slow"', 'chatbot  = "echo"'))
        assert not here.logged("turn.finished"), "the test needs a longer answer"
        await eventually(lambda: here.logged("turn.finished"), timeout=60)
        (turn,) = here.logged("turn.finished")
        assert (turn["chatbot"], turn["state"]) == ("slow", "answered")
        await here.slack.sees(thread, slow_answer("tell me"))
        await here.slack.write(thread, "and now?")
        await eventually(lambda: len(here.logged("turn.finished")) == 2, timeout=20)
        assert here.logged("turn.finished")[1]["chatbot"] == "echo"
