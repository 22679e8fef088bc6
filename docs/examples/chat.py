"""Talk to a chatbot of VectorShift: the smallest use of a provider.

    export VECTORSHIFT_API_KEY=…
    python docs/examples/chat.py "My Chatbot" "How do I reset my password?"

The same code serves an agent (`ChatbotTable(name=…, kind="agent")`) and a session that is resumed by its id.
"""

# ruff: noqa: T201 - it prints

from __future__ import annotations

import asyncio
import sys

from bridge import Complete, Delta, ProviderContext, SessionId, SystemClock
from bridge_vectorshift.chatbot import VectorShift
from bridge_vectorshift.config import ChatbotTable, VectorShiftTable


async def chat(provider: VectorShift, settings: ChatbotTable, question: str, resume: SessionId | None = None) -> None:
    """Ask one question and print the answer as it is written."""
    chatbot = await provider.fetch(settings)
    print(f"Fetched chatbot: {chatbot.name} (id={chatbot.id})")
    async with await (chatbot.resume_session(resume) if resume else chatbot.create_session()) as session:
        print(f"Session connected: {session.id}")
        await session.send(question)
        shown: dict[str, str] = {}
        async for event in session.listen():
            if isinstance(event, Delta | Complete):
                before = shown.get(event.message_id, "")
                text = event.text if isinstance(event, Complete) else before + event.text
                print(text.removeprefix(before), end="\n" if isinstance(event, Complete) else "", flush=True)
                shown[event.message_id] = text


async def main(name: str, question: str) -> None:
    """Connect to the account whose key is in VECTORSHIFT_API_KEY, and ask."""
    provider = VectorShift(VectorShiftTable(), ProviderContext("vectorshift", SystemClock()))
    try:
        await chat(provider, ChatbotTable(name=name), question)
    finally:
        await provider.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
