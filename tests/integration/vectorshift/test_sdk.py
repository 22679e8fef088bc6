"""The public `vectorshift` package is a client of the fake service like any other."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

from bridge_sandbox.vectorshift import FakeVectorShift

# In a process of its own: the package reads its environment when it is imported, and a `.env` of the directory.
SCRIPT = """
import asyncio, json
from vectorshift.agent import Agent
from vectorshift.chatbot import Chatbot

async def turn(session, question):
    events = []
    async def listen():
        async for event in session.listen():
            events.append(event)
            if event.is_complete or event.is_turn_end:
                return
    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)          # it hears only what comes after it began to listen
    await session.send(question)
    await asyncio.wait_for(listening, 20)
    return {"deltas": "".join(e.delta or "" for e in events), "text": next((e.text for e in events if e.text), None)}

async def agent_turn(session, question):
    steps = []
    async def listen():
        async for event in session.listen():
            steps.append(str(event.type))
            if event.requires_action and event.message_id:
                await session.respond(event, approved=True)
            if event.is_turn_end:
                return
    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    await session.send(question)
    await asyncio.wait_for(listening, 20)
    return steps

async def main():
    found = {}
    chatbot = await Chatbot.afetch(name="echo")
    found["same"] = Chatbot.fetch(id=chatbot.id).name
    found["listed"] = [c.name for c in await Chatbot.alist()]
    async with await chatbot.create_session() as session:
        found["first"] = await turn(session, "Hello there")
        found["messages"] = [[m.is_user, m.text] for m in await session.get_messages()]
    async with await chatbot.resume_session(session.session_id) as session:
        found["resumed"] = await turn(session, "What did I say first?")
    agent = await Agent.afetch(name="helper")
    async with await agent.create_session() as session:
        found["agent"] = await agent_turn(session, "Please approve this")
    try:
        async with await chatbot.resume_session("never-was"):
            pass
    except Exception as error:
        found["unknown"] = str(error)
    try:
        await Chatbot.afetch(name="nobody")
    except Exception as error:
        found["missing"] = type(error).__name__
    print(json.dumps(found))

asyncio.run(main())
"""


async def test_it_fetches_talks_lists_and_resumes(service: FakeVectorShift) -> None:
    found = await run_sdk(service)
    answer = "You said: Hello there\n\n(turn 1 of this conversation)"
    assert found["same"] == "echo"
    assert found["listed"] == ["echo", "guide", "slow", "fails"]
    assert found["first"] == {"deltas": answer, "text": answer}
    assert found["messages"] == [[True, "Hello there"], [False, answer]]
    assert found["resumed"]["text"] == 'The first thing you said was: "Hello there"'
    assert found["agent"].count("approval_request") == 1
    assert found["agent"].count("message_complete") == 2
    assert found["agent"][-1] == "participant_status"
    assert "session not found" in found["unknown"]
    assert found["missing"] == "NotFoundError"


async def run_sdk(service: FakeVectorShift) -> dict[str, Any]:
    """Run the script against `service`, which must go on serving meanwhile."""
    environment = {
        **os.environ,
        "VECTORSHIFT_BASE_URL": service.api_url,
        "VECTORSHIFT_WS_URL": service.ws_url,
        "VECTORSHIFT_API_KEY": service.api_key,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRIPT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    output, problems = await process.communicate()
    assert process.returncode == 0, problems.decode()
    return dict(json.loads(output))
