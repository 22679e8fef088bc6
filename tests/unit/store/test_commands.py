"""`bridge db` and `bridge sessions`, run as the program."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.cli import main
from bridge.clock import SystemClock
from bridge.model import MessageId, SessionId
from bridge.store import Store, TurnState, open_store
from bridge.store.schema import REVISIONS
from tests.unit.store.making import accept_all, inbound, ref

NOW = REVISIONS[-1]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the program beside a bridge.toml: its exit code, and what it printed to both streams."""
    (tmp_path / "bridge.toml").write_text('[bridge]\ndatabase = "sqlite:///data.db"\n')
    monkeypatch.setenv("BRIDGE_CONFIG", str(tmp_path / "bridge.toml"))

    def run_it(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run_it


async def opened(directory: Path, *, exclusive: bool = True) -> Store:
    return await open_store(
        "sqlite:///data.db", clock=SystemClock(), directory=directory, upgrade=True, exclusive=exclusive
    )


@pytest.fixture
def talked(tmp_path: Path) -> None:
    """A database with two threads; the first has had a turn."""

    async def talk() -> None:
        store = await opened(tmp_path)
        [thread_id, _] = await accept_all(store, [inbound("m1", "1700.1"), inbound("m2", "1700.2")])
        binding = await store.bindings.bind(thread_id, "support", SessionId("s1"))
        turn = await store.begin_turn(thread_id, binding.id, [m.id for m in await store.waiting(thread_id)])
        await store.parts.posting(turn.id, 0, "marker")
        await store.parts.posted(turn.id, 0, MessageId("p0"))
        await store.end_turn(turn.id, TurnState.ANSWERED, "")
        await store.close()

    asyncio.run(talk())


def test_the_life_of_a_database(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("db", "status")
    assert (code, f"schema    none, needs {NOW}: run `bridge db upgrade`" in out) == (1, True)
    assert not (tmp_path / "data.db").exists()
    assert run("db", "upgrade") == (0, f"{tmp_path}/data.db now has the schema {NOW} (before: none)\n", "")
    assert run("db", "upgrade") == (0, f"{tmp_path}/data.db is up to date (schema {NOW})\n", "")
    code, out, _ = run("db", "status")
    assert code == 0
    assert f"schema    {NOW}, up to date\nin use    by nobody" in out


def test_a_running_bridge_is_named_and_not_disturbed(run: Run, tmp_path: Path) -> None:
    store = asyncio.run(opened(tmp_path))
    code, out, _ = run("db", "status", "--json")
    assert code == 0
    assert json.loads(out)["holder"].startswith(f"process {os.getpid()} on ")
    code, out, err = run("db", "upgrade")
    assert (code, out) == (2, "")
    assert f"is in use by process {os.getpid()}" in err
    asyncio.run(store.close())
    assert json.loads(run("db", "status", "--json")[1])["holder"] is None


def test_commands_say_when_there_is_no_database(run: Run) -> None:
    code, out, err = run("sessions", "list")
    assert (code, out) == (1, "")
    assert "there is no database" in err


def test_an_empty_database_has_no_sessions(run: Run) -> None:
    run("db", "upgrade")
    assert run("sessions", "list") == (0, "there is no conversation yet\n", "")
    assert run("sessions", "list", "--json") == (0, "[]\n", "")


@pytest.mark.usefixtures("talked")
def test_sessions_are_listed(run: Run) -> None:
    code, out, _ = run("sessions", "list")
    head, *lines = out.splitlines()
    assert code == 0
    assert head.split()[:3] == ["THREAD", "PLATFORM", "CHANNEL"]
    assert lines[0].split()[:7] == ["1", "slack", "C1", "1700.1", "support", "s1", "1"]
    assert lines[1].split()[:7] == ["2", "slack", "C1", "1700.2", "support", "-", "-"]
    facts = json.loads(run("sessions", "list", "--json", "--limit", "1")[1])
    assert [(fact["thread"], fact["session"], fact["sent"]) for fact in facts] == [(1, "s1", 1)]
    assert json.loads(run("sessions", "list", "--json", "--platform", "discord")[1]) == []


@pytest.mark.usefixtures("talked")
@pytest.mark.parametrize("name", ["1", "1700.1"])
def test_a_thread_is_shown(run: Run, name: str) -> None:
    facts = json.loads(run("sessions", "show", name, "--json")[1])
    assert facts["id"] == "1700.1"
    assert [(item["session"], item["ended"]) for item in facts["sessions"]] == [("s1", None)]
    assert [(turn["state"], turn["messages"], turn["parts"]) for turn in facts["turns"]] == [("answered", 1, 1)]
    code, out, _ = run("sessions", "show", name)
    assert code == 0
    assert "session   s1" in out
    assert "answered" in out


@pytest.mark.usefixtures("talked")
def test_a_thread_without_turns_is_shown(run: Run) -> None:
    code, out, _ = run("sessions", "show", "2")
    assert code == 0
    assert out.endswith("\nsessions: none\n\nturns: none\n")


@pytest.mark.usefixtures("talked")
def test_reset_and_attach_are_seen_by_the_bridge_that_runs(run: Run, tmp_path: Path) -> None:
    store = asyncio.run(opened(tmp_path))

    def session_and_changes() -> tuple[str | None, int]:
        async def look() -> tuple[str | None, int]:
            row = await store.threads.find(ref("1700.1"))
            assert row is not None
            return row.binding.session if row.binding else None, await store.notes.changes()

        return asyncio.run(look())

    assert session_and_changes() == ("s1", 0)
    assert run("sessions", "reset", "1700.1")[:2] == (
        0,
        "thread 1: the session s1 ended; the next message starts a new one\n",
    )
    assert session_and_changes() == (None, 1)
    assert run("sessions", "attach", "1", "s9")[:2] == (
        0,
        "thread 1: its next message goes to the session s9 of support\n",
    )
    assert session_and_changes() == ("s9", 2)
    asyncio.run(store.close())


@pytest.mark.usefixtures("talked")
@pytest.mark.parametrize("command", [("show",), ("reset",), ("attach", "s9")])
def test_an_unknown_thread(run: Run, command: tuple[str, ...]) -> None:
    code, out, err = run("sessions", command[0], "nowhere", *command[1:])
    assert (code, out) == (1, "")
    assert "there is no thread nowhere" in err


def test_a_platforms_id_that_is_not_unique(run: Run, tmp_path: Path) -> None:
    async def talk() -> None:
        store = await opened(tmp_path)
        await accept_all(store, [inbound("m1", "same"), inbound("m2", "same", channel="C2")])
        await store.close()

    asyncio.run(talk())
    code, _, err = run("sessions", "show", "same")
    assert code == 1
    assert "several threads are called same: 1, 2; say which" in err


def test_a_missing_configuration(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").unlink()
    for command in (("db", "status"), ("sessions", "list")):
        code, _, err = run(*command)
        assert code == 2
        assert "bridge.toml" in err


def test_an_address_that_is_a_secret(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bridge.toml").write_text('[bridge]\ndatabase = { env = "DATABASE_URL" }\n')
    monkeypatch.setenv("DATABASE_URL", "sqlite:///elsewhere.db")
    assert run("db", "upgrade")[0] == 0
    assert (tmp_path / "elsewhere.db").exists()


def test_a_message_is_explained(run: Run, talked: None) -> None:
    code, out, _ = run("explain", "m1")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("2026-") or lines[0].startswith("20")
    assert any("message m1 in C1 on slack" in line for line in lines)
    assert any("part 1 of the answer: message p0" in line for line in lines)
    code, out, _ = run("explain", "p0", "--json")
    (facts,) = json.loads(out)
    assert (code, facts["turn"], facts["state"], facts["session"]) == (0, 1, "answered", "s1")
    assert json.loads(run("explain", "1", "--json")[1]) == [facts]


def test_what_is_not_known_is_said(run: Run, talked: None) -> None:
    code, out, err = run("explain", "m99", "--json")
    assert (code, json.loads(out)) == (1, [])
    assert "nothing is known of m99" in err
    code, _, err = run("explain", "https://acme.slack.com/archives/C1/p1700000000123456")
    assert code == 2
    assert "no configured platform knows the link" in err


def test_what_a_person_wrote_is_erased(run: Run, talked: None, tmp_path: Path) -> None:
    code, out, err = run("sessions", "erase", "--user", "U1")
    assert (code, out) == (1, "1 messages of U1 were erased\n")
    assert "1 are being answered right now" in err
    code, out, _ = run("sessions", "erase", "--user", "nobody", "--json")
    assert (code, json.loads(out)) == (0, {"erased": 0, "left": 0})
