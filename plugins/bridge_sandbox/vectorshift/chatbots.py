"""The chatbots of the sandbox: who they are, and how each plays a turn."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bridge_sandbox.vectorshift.answers import echo_answer, guide_answer, remembered, revised_answer, slow_answer

OWNER = "ada"
ORGANIZATION = "sandbox"
"""Whose the chatbots are; a fetch that names another owner finds nothing."""


class Stage(Protocol):
    """What a chatbot can do in its turn; each step is seen by everyone who is connected to the session."""

    @property
    def question(self) -> str:
        """What is asked; several messages of one turn stand on lines of their own."""
        ...

    @property
    def earlier(self) -> Sequence[str]:
        """The questions of this session before this one, oldest first."""
        ...

    async def say(self, text: str, *, pace: float = 1.0, finish: bool = True, instead: str = "") -> None:
        """Write one message word by word; `pace` 2 takes twice the time."""
        ...

    async def use(self, tool: str) -> None:
        """Use a tool."""
        ...

    async def think(self, text: str) -> None:
        """Say something about the reasoning."""
        ...

    async def ask(self, tool: str, fields: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Ask a person for approval and wait; the fields as they were filled in, None when denied."""
        ...

    def fail(self, error: str) -> None:
        """Give up."""
        ...


Script = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Bot:
    """One hosted chatbot or agent."""

    name: str
    kind: str
    description: str
    script: Script

    @property
    def id(self) -> str:
        """Looks like the ids of the service, and is the same at every start."""
        return hashlib.sha256(f"{self.kind} {self.name}".encode()).hexdigest()[:24]

    def to_json(self) -> dict[str, Any]:
        """The object as `GET /chatbot` and `GET /agent` give it."""
        if self.kind == "agent":
            return {
                "_id": self.id,
                "name": self.name,
                "description": self.description,
                "variant": "conversational",
                "llm_client_key": {"provider": "sandbox", "model_id": "rules"},
                "tools": {},
                "inputs": {},
                "outputs": {},
            }
        return {
            "_id": self.id,
            "name": self.name,
            "description": self.description,
            "deployed": True,
            "slack_config": None,
            "object": {"object_id": f"pipeline-{self.name}"},
        }


async def _echo(stage: Stage) -> None:
    answer = remembered(stage.earlier, stage.question)
    await stage.say(answer or echo_answer(stage.question, len(stage.earlier) + 1))


async def _guide(stage: Stage) -> None:
    answer = remembered(stage.earlier, stage.question) or guide_answer(stage.question)
    await stage.say(answer, instead=revised_answer(stage.question))


async def _slow(stage: Stage) -> None:
    await stage.say(remembered(stage.earlier, stage.question) or slow_answer(stage.question), pace=10)


async def _fails(stage: Stage) -> None:
    await stage.say("This answer begins well, but before it comes to the point", finish=False)
    stage.fail("the pipeline stopped: node llm_1 gave no answer")


async def _helper(stage: Stage) -> None:
    if answer := remembered(stage.earlier, stage.question):
        await stage.say(answer)
        return
    await stage.think("The question needs a look at the documents first.")
    await stage.say("I will look that up.")
    await stage.use("search_documents")
    if "approve" in stage.question.lower():
        filled = await stage.ask("send_email", {"to": "ada@example.org", "subject": "What was asked for"})
        if filled is None:
            await stage.say("Understood. I did not send anything.")
            return
        await stage.use("send_email")
        await stage.say(f"Done: the email to {filled.get('to') or 'ada@example.org'} is sent.")
        return
    await stage.use("summarize")
    await stage.say(f"Three documents speak of this. In short: **{stage.question.strip()}** has a good answer.")


BOTS: tuple[Bot, ...] = (
    Bot("echo", "chatbot", "Repeats the question and counts the turns.", _echo),
    Bot("guide", "chatbot", "Explains bridge, at any length.", _guide),
    Bot("slow", "chatbot", "Answers, but takes its time.", _slow),
    Bot("fails", "chatbot", "Begins an answer and gives up.", _fails),
    Bot("helper", "agent", "Uses tools, and asks before it sends an email.", _helper),
)


def find(kind: str, *, by_id: str | None = None, by_name: str | None = None) -> Bot | None:
    """The bot of that kind with this id or name."""
    return next((bot for bot in BOTS if bot.kind == kind and (bot.id == by_id or bot.name == by_name)), None)
