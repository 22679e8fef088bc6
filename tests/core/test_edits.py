"""The operator's file changes while the bridge runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge import ChatbotUnauthorized, InstanceFailed, notices
from bridge.app import App
from bridge.testing import MemoryPlatform, MemoryWorld, Script, ScriptedProvider, ScriptedService, eventually
from tests.core.running import CONFIG, Place, place
from tests.core.test_admin import admin_at, health
from tests.core.test_turns import Slow
from tests.ports import free_ports

OTHER = '\n[platforms.other]\ntype = "memory"\nworld = "other"\n'
SALES = '\n[chatbots.sales]\nname = "sales"\n'
ONLY_HELP = CONFIG.replace('chatbot = "echo"', 'channels = ["#help"]\nchatbot = "echo"')
TABLES = CONFIG.partition("[chatbots")[0]
NOBODY = TABLES
"""No chatbot and no route."""
SALES_EVERYWHERE = TABLES + SALES + '\n[[routes]]\nchatbot = "sales"\n'


async def edit(here: Place, app: App, text: str) -> None:
    """Change the file as an editor does, and wait until that was taken over or refused."""
    before = app.config_state
    new = here.file.with_suffix(".new")
    new.write_text(text)
    new.replace(here.file)
    await eventually(lambda: app.config_state is not before, timeout=10)


async def test_a_route_that_is_added_answers(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running(ONLY_HELP) as app:
        await here.world.say("Hi", mention=True, channel="general")
        await eventually(here.world.messages)
        await edit(here, app, CONFIG)
        question = await here.world.say("Hello", mention=True, channel="general")
        await here.answered(question.thread, "1: Hello")


async def test_an_edit_with_mistakes_changes_nothing_and_says_what_is_wrong(tmp_path: Path) -> None:
    port = free_ports(1)
    config = admin_at(port)
    wrong = config.replace('grace = "1s"', 'grace = "soon"').replace('chatbot = "echo"\n', 'chatbot = "eco"\n')
    async with place(tmp_path) as here, here.running(config) as app:
        await edit(here, app, wrong)
        keys = [mistake.key for mistake in app.config_state.refused]
        assert keys == ["bridge.grace", "routes[1].chatbot"]
        assert all(mistake.line for mistake in app.config_state.refused)
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "1: Hi")
        status, told = await health(port)
        assert (status, told["configuration"]["state"]) == (200, "degraded")
        assert "bridge.toml:6: bridge.grace" in told["configuration"]["reason"]
        await edit(here, app, config)
        assert not app.config_state.refused
        _, told = await health(port)
        assert told["configuration"]["state"] == told["state"] == "up"


async def test_a_file_that_is_gone_for_a_while_changes_nothing(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running() as app:
        before = app.config_state
        here.file.unlink()
        await eventually(lambda: app.config_state is not before, timeout=10)
        (mistake,) = app.config_state.refused
        assert mistake.problem == "there is no such file"
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "1: Hi")


async def test_a_running_turn_ends_with_the_chatbot_that_it_began_with(tmp_path: Path) -> None:
    slow = Slow()
    made: list[object] = []
    scripts: dict[str, Script] = {"echo": slow, "sales": lambda _: "sold"}
    async with place(tmp_path, scripts) as here, here.running(CONFIG, made=made.append) as app:
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "one")
        text = SALES_EVERYWHERE.replace("[providers.scripted]", '[providers.new]\ntype = "scripted"')
        await edit(here, app, text)
        elsewhere = await here.world.say("Hi", mention=True, channel="elsewhere")
        await here.answered(elsewhere.thread, "sold")
        old, new = (one for one in made if isinstance(one, ScriptedProvider))
        assert not old.closed, "a turn still needs it"
        slow.go_on.set()
        await here.answered(question.thread, "one two")
        await eventually(lambda: old.closed)
        assert not new.closed


async def test_a_turn_with_a_provider_that_was_replaced_says_nothing_of_the_new_one(tmp_path: Path) -> None:
    port, slow = free_ports(1), Slow()
    config = admin_at(port)
    async with place(tmp_path, {"echo": slow}) as here, ScriptedService(name="new"), here.running(config) as app:
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "one")
        await edit(here, app, config.replace("[providers.scripted]", '[providers.scripted]\nservice = "new"'))
        here.service.cut(here.session(), ChatbotUnauthorized("the old key was revoked"))
        await here.ended(1)
        assert here.text("SELECT reason FROM turns") == "ChatbotUnauthorized: the old key was revoked"
        _, told = await health(port)
        assert told["providers"]["scripted"]["state"] == "up"


async def test_a_platform_that_is_added_connects_and_one_that_is_removed_is_drained(tmp_path: Path) -> None:
    slow = Slow()
    other = MemoryWorld("other", instance="other")
    made: list[object] = []
    async with place(tmp_path, {"echo": slow}) as here, here.running(CONFIG, made=made.append) as app:
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "one")
        await edit(here, app, CONFIG.replace('"1s"', '"5s"').replace("\n[platforms.memory]\n", OTHER))
        await other.until(lambda: other.connected, timeout=10)
        await here.world.until(lambda: not here.world.connected)
        (platform,) = (one for one in made if isinstance(one, MemoryPlatform) and one.world is here.world)
        assert not platform.closed, "its turn still runs"
        slow.go_on.set()
        await here.answered(question.thread, "one two")
        await eventually(lambda: platform.closed)
        moved = await other.say("Hello", mention=True)
        await other.until(lambda: other.shown(moved.thread) == ("one two",), timeout=5)


async def test_a_turn_that_outlasts_the_drain_goes_on_when_its_platform_is_back(tmp_path: Path) -> None:
    slow = Slow()
    other = MemoryWorld("other", instance="other")
    async with place(tmp_path, {"echo": slow}) as here, here.running(CONFIG + OTHER) as app:
        assert other.connected
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "one")
        without = (CONFIG + OTHER).replace('grace = "1s"', 'grace = "0s"').replace("\n[platforms.memory]\n", "\n")
        await edit(here, app, without)
        await here.world.until(lambda: not here.world.connected)
        await edit(here, app, CONFIG + OTHER)
        await here.world.until(lambda: here.world.connected)
        slow.go_on.set()
        await here.answered(question.thread, "one two")
        assert here.count("SELECT count(*) FROM turns") == 1


async def test_a_platform_whose_table_changed_is_connected_anew_and_misses_nothing(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        other = MemoryWorld("other", instance="memory")
        async with here.running() as app:
            await edit(here, app, CONFIG.replace("[platforms.memory]", '[platforms.memory]\nworld = "other"'))
            await other.until(lambda: other.connected, timeout=10)
            assert not here.world.connected
            question = await other.say("Hi", mention=True)
            await other.until(lambda: other.shown(question.thread) == ("1: Hi",), timeout=5)


async def test_a_platform_that_was_given_up_works_after_its_table_is_mended(tmp_path: Path) -> None:
    bad = MemoryWorld("bad", instance="other")
    bad.refuse(InstanceFailed("the token was revoked"))
    good = MemoryWorld("good", instance="other")
    async with place(tmp_path) as here, here.running(CONFIG + OTHER.replace('"other"\n', '"bad"\n')) as app:
        await edit(here, app, CONFIG + OTHER.replace('"other"\n', '"good"\n'))
        await good.until(lambda: good.connected, timeout=10)
        question = await good.say("Hi", mention=True)
        await good.until(lambda: good.shown(question.thread) == ("1: Hi",), timeout=5)


async def test_threads_of_a_removed_chatbot_are_told_once_and_keep_their_session(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running() as app:
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "1: Hi")
        await edit(here, app, NOBODY)
        await here.world.say("Still there?", thread=question.thread)
        await here.answered(question.thread, "1: Hi", notices.REMOVED)
        await here.world.say("Hello?", thread=question.thread)
        await here.world.say("stranger", channel="elsewhere")
        await eventually(lambda: here.count("SELECT count(*) FROM decisions") == 3)
        assert here.world.shown(question.thread) == ("1: Hi", notices.REMOVED)
        await edit(here, app, CONFIG)
        await here.world.say("Back", thread=question.thread)
        await here.answered(question.thread, "1: Hi", notices.REMOVED, "2: Back")
        assert here.session()
        await edit(here, app, NOBODY)
        await here.world.say("Again?", thread=question.thread)
        await here.answered(question.thread, "1: Hi", notices.REMOVED, "2: Back", notices.REMOVED)


async def test_what_waits_when_its_chatbot_is_removed_is_told(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, {"echo": slow}) as here, here.running() as app:
        question = await here.world.say("Hi", mention=True)
        await here.answered(question.thread, "one")
        await here.world.say("and then?", thread=question.thread)
        await here.taken(2)
        await edit(here, app, NOBODY)
        slow.go_on.set()
        await here.answered(question.thread, "one two", notices.REMOVED)


@pytest.mark.parametrize("key", ["admin", "database"])
async def test_what_needs_a_restart_keeps_its_value_and_the_rest_is_applied(tmp_path: Path, key: str) -> None:
    value = {"admin": f"127.0.0.1:{free_ports(1)}", "database": "sqlite:///another.db"}[key]
    lines = [line for line in CONFIG.splitlines() if not line.startswith(key)]
    text = "\n".join(lines).replace("[bridge]", f'[bridge]\n{key} = "{value}"') + "\n"
    async with place(tmp_path) as here, here.running(ONLY_HELP) as app:
        await edit(here, app, text)
        assert app.config_state.needs_restart == (f"bridge.{key}",)
        question = await here.world.say("Hi", mention=True, channel="general")
        await here.answered(question.thread, "1: Hi")
        assert not (tmp_path / "another.db").exists()


async def test_what_is_in_use_is_noted_without_values_of_tables(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running() as app:
        await edit(here, app, CONFIG + OTHER)
        await eventually(lambda: "other" in json.loads(here.text("SELECT body FROM applied"))["platforms"])
        assert "world" not in here.text("SELECT body FROM applied")
