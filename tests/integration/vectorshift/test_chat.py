"""`bridge chat` in a process of its own, and the example that it is made of."""

from __future__ import annotations

import asyncio
import importlib.util
import signal
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bridge import SessionId
from bridge.testing import eventually
from bridge_sandbox.vectorshift import FakeVectorShift
from bridge_vectorshift.chatbot import VectorShift
from bridge_vectorshift.config import ChatbotTable

ROOT = Path(__file__).parents[3]


@pytest.fixture
def config(service: FakeVectorShift, tmp_path: Path) -> Path:
    """A configuration with the bots of the fake service."""
    (tmp_path / "key").write_text(service.api_key)
    tables = "".join(f'[chatbots.{name}]\nname = "{name}"\n' for name in ("echo", "slow", "fails"))
    path = tmp_path / "bridge.toml"
    path.write_text(
        f'[providers.vectorshift]\napi_key = {{ file = "key" }}\napi_url = "{service.api_url}"\n{tables}'
        '[chatbots.helper]\nname = "helper"\nkind = "agent"\n'
    )
    return path


async def start(config: Path, *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "bridge", "chat", "--config", str(config), *arguments)
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)


async def run(config: Path, *arguments: str, typed: str = "") -> tuple[int | None, str, str]:
    """Exit code, output and errors."""
    process = await start(config, *arguments)
    async with asyncio.timeout(30):
        output, errors = await process.communicate(typed.encode())
    return process.returncode, output.decode(), errors.decode()


def session_in(output: str) -> str:
    return output.split("Session connected: ")[1].split(maxsplit=1)[0]


async def test_one_question(config: Path) -> None:
    code, output, _ = await run(config, "echo", "Hello")
    lines = output.splitlines()
    assert code == 0
    assert lines[0].startswith("Fetched chatbot: echo (id=")
    assert lines[1].startswith("Session connected: ")
    assert "\n".join(lines[2:]) == "You said: Hello\n\n(turn 1 of this conversation)"


async def test_line_by_line_and_resumed(config: Path) -> None:
    code, output, _ = await run(config, "echo", typed="One\n\nTwo")
    assert code == 0
    assert "You said: One" in output
    assert "(turn 2 of this conversation)" in output
    code, output, _ = await run(config, "echo", "--resume", session_in(output), "What did I say first?")
    assert code == 0
    assert output.splitlines()[-1] == 'The first thing you said was: "One"'


async def test_an_agent_shows_its_steps_and_asks(config: Path) -> None:
    code, output, _ = await run(config, "helper", typed="Please approve this\ny\n")
    assert code == 0
    for line in ("  uses search_documents", "  asks for approval: send_email", "    to: ada@example.org"):
        assert line in output.splitlines()
    assert output.endswith("Done: the email to ada@example.org is sent.\n")


async def test_what_goes_wrong_is_said(config: Path) -> None:
    code, _, errors = await run(config, "fails", "Try")
    assert (code, errors) == (1, "The chatbot gave up: the pipeline stopped: node llm_1 gave no answer\n")
    code, _, errors = await run(config, "nobody", "Hello")
    assert code == 2
    assert "configured are: echo, slow, fails, helper" in errors
    code, _, errors = await run(config, "echo", "--resume", "never-was", "Hello")
    assert code == 1
    assert errors.startswith("bridge: VectorShift does not know session never-was")


async def test_ctrl_c_stops_the_answer_and_then_the_conversation(service: FakeVectorShift, config: Path) -> None:
    service.word_seconds = 0.03
    process = await start(config, "slow")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"Take your time\n")
    async with asyncio.timeout(30):
        await process.stdout.readuntil(b"Let me")
        process.send_signal(signal.SIGINT)
        session = next(iter(service.sessions.values()))
        await eventually(lambda: not session.busy)
        process.stdin.write(b"What did I say first?\n")
        await process.stdout.readuntil(b'The first thing you said was: "Take your time"\n')
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0


def load_example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("chat_example", ROOT / "docs/examples/chat.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_the_example_serves_chatbots_agents_and_resumed_sessions(
    service: FakeVectorShift, provider: VectorShift, capsys: pytest.CaptureFixture[str]
) -> None:
    example = load_example()
    await example.chat(provider, ChatbotTable(name="echo"), "Hello")
    assert capsys.readouterr().out.endswith("\nYou said: Hello\n\n(turn 1 of this conversation)\n")
    session = SessionId(next(iter(service.sessions)))
    await example.chat(provider, ChatbotTable(name="echo"), "What did I say first?", session)
    assert capsys.readouterr().out.endswith(f'Session connected: {session}\nThe first thing you said was: "Hello"\n')
    await example.chat(provider, ChatbotTable(name="helper", kind="agent"), "Well?")
    assert "I will look that up.\nThree documents speak of this." in capsys.readouterr().out
